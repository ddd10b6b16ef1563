"""Tell open pages that something has changed; they fetch what they may see by the ordinary way.

A hint carries a kind and a number that counts per officer, never what has changed: no socket joins an
object, so that gaps and rhythms tell nothing. Losing one costs only latency, for pages ask by themselves
from time to time.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

logger = logging.getLogger(__name__)


def group_of(officer_id: UUID | str) -> str:
    """Return the name of an officer's own stream."""
    return f"officer.{officer_id}"


def send_hints(officer_ids: Iterable[UUID], kind: str) -> None:
    """Send a hint to each officer's stream; a broker that is away is noted and no error."""
    try:
        async_to_sync(_send_all)([group_of(each) for each in officer_ids], kind)
    except (RedisError, OSError):
        logger.warning("The broker is away: open pages will ask by themselves.")


async def _send_all(groups: list[str], kind: str) -> None:
    layer = get_channel_layer()
    for group in groups:
        await layer.group_send(group, {"type": "hint", "kind": kind})
