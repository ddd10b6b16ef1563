"""The queues that workers take from. Pure: Celery's application reads it before Django is set up."""

from typing import Final

QUEUES: Final = ("analyze", "match", "query", "default")

DECODING_QUEUES: Final = ("analyze", "match", "query")
"""The queues whose workers read what was handed in."""

CANARY_EVERY_S: Final = 15.0
"""How often a canary is sent through each queue."""

STALLED_AFTER_S: Final = 60.0
"""A queue that gave no sign of life for so long is stalled: nobody takes from it, or all of them hang."""
