import asyncio
from typing import Any, Final

from icse.idle_bodies import IdleBodies

PIECE: Final = {"type": "http.request", "body": b"12", "more_body": True}


def _messages(arriving: list[Any], asked: int) -> list[Any]:
    """Return what an application gets of pieces that arrive, and of silence after them."""
    got = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        got.extend([await receive() for _ in range(asked)])

    async def serve() -> None:
        waiting: asyncio.Queue[Any] = asyncio.Queue()
        for piece in arriving:
            waiting.put_nowait(piece)
        await IdleBodies(application, 0.05)({}, waiting.get, None)

    asyncio.run(serve())
    return got


def test_what_arrives_is_passed_on() -> None:
    assert _messages([PIECE, PIECE], 2) == [PIECE, PIECE]


def test_silence_counts_as_a_sender_who_has_gone() -> None:
    assert _messages([PIECE], 2) == [PIECE, {"type": "http.disconnect"}]
