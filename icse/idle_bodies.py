"""Ends requests whose line has died without a word.

A computer that loses its network tells nobody. Without this, what its last request holds, a thread and the
lock of a file on its way, would be held for ever. In production nginx does the same (`client_body_timeout`).
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

SECONDS: Final = 60.0


class IdleBodies:
    """Answers an application that waits longer than `seconds` for more of a body that its sender has gone."""

    def __init__(self, application: Any, seconds: float = SECONDS) -> None:
        self._application = application
        self._seconds = seconds

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request, as ASGI says."""

        async def receive_in_time() -> Any:
            try:
                async with asyncio.timeout(self._seconds):
                    return await receive()
            except TimeoutError:
                return {"type": "http.disconnect"}

        await self._application(scope, receive_in_time, send)
