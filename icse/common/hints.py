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
    _send(officer_ids, {"type": "hint", "kind": kind})


def close_streams(officer_id: UUID, session_key: str | None = None) -> None:
    """Close the officer's open streams, or those of one session alone.

    A message that is lost costs seconds: `accounts.streams` asks again whose officer may still listen.
    """
    close_streams_of([officer_id], session_key)


def close_streams_of(officer_ids: Iterable[UUID], session_key: str | None = None) -> None:
    """Close the open streams of several officers at once."""
    _send(officer_ids, {"type": "end", "session_key": session_key})


def _send(officer_ids: Iterable[UUID], message: dict[str, str | None]) -> None:
    try:
        async_to_sync(_send_all)([group_of(each) for each in officer_ids], message)
    except (RedisError, OSError):
        logger.warning("The broker is away: open pages will ask by themselves.")


async def _send_all(groups: list[str], message: dict[str, str | None]) -> None:
    layer = get_channel_layer()
    for group in groups:
        await layer.group_send(group, message)
