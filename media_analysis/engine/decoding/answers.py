"""Turn what a decoder child answered into results, believing none of it unchecked."""

from collections.abc import Iterator
from contextlib import contextmanager

from media_analysis.engine.decoding.channel import Message
from media_analysis.engine.decoding.errors import DecoderDied
from media_analysis.engine.decoding.memory import PixelMemory
from media_analysis.engine.decoding.results import DecodedStill


def still_from(message: Message, memory: PixelMemory) -> DecodedStill:
    """Return the still whose pixels are in shared memory. Raises DecoderDied for nonsense."""
    with _nonsense_is_death():
        height, width = message["shape"]
        return DecodedStill(
            pixels=memory.copy(int(height), int(width)),
            width=int(message["width"]),
            height=int(message["height"]),
            orientation=int(message["orientation"]),
            frame_count=int(message["frame_count"]),
            route=str(message["route"]),
            pixel_digest=str(message["pixel_digest"]),
        )


@contextmanager
def _nonsense_is_death() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, OverflowError) as nonsense:
        raise DecoderDied from nonsense
