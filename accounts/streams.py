"""Open streams are asked again every few seconds whether their officer may still listen.

What ends an officer's access also sends a message that closes their streams at once
(`icse.common.hints.close_streams`). This is for when that message is lost: the broker was away, or somebody
changed the database by hand. One question is asked for all streams of a process together.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final, Protocol
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.db import DatabaseError

from accounts.queries import find_broken_claims

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Task

    from accounts.queries import StreamClaim

logger = logging.getLogger(__name__)

ASKED_EVERY: Final = 2.0
"""Seconds; with the question itself well under the five within which an end must be felt."""


class Stream(Protocol):
    """An open stream: whose it claims to be, and how it is ended."""

    claim: StreamClaim

    async def end(self, event: dict[str, str | None]) -> None:
        """Close it."""


class StreamWatch:
    """All streams of one process; it asks for as long as any is open."""

    def __init__(self) -> None:
        self._open: set[Stream] = set()
        self._task: Task[None] | None = None

    def join(self, stream: Stream) -> None:
        """Ask for this stream too, from now on."""
        self._open.add(stream)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._ask_on())

    def leave(self, stream: Stream) -> None:
        """Ask for it no more."""
        self._open.discard(stream)

    async def _ask_on(self) -> None:
        while self._open:
            await asyncio.sleep(ASKED_EVERY)
            try:
                await self._ask()
            except DatabaseError:
                logger.warning("The database is away: open streams are asked about again in a moment.")

    async def _ask(self) -> None:
        asked = list(self._open)
        broken = await database_sync_to_async(find_broken_claims)({stream.claim for stream in asked})
        for stream in asked:
            if stream.claim in broken:
                self.leave(stream)
                await stream.end({"session_key": None})


_watches: WeakKeyDictionary[AbstractEventLoop, StreamWatch] = WeakKeyDictionary()


def watch_of_this_process() -> StreamWatch:
    """Return the watch over the streams of the running event loop; a serving process has one."""
    loop = asyncio.get_running_loop()
    return _watches.setdefault(loop, StreamWatch())
