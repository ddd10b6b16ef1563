"""What a decoder child does with its one file, and how it says that it could not."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final

from media_analysis.engine.decoding.channel import Message, send
from media_analysis.engine.decoding.errors import Refused, TooLarge, Unreadable, to_message
from media_analysis.engine.decoding.limits import Limits
from media_analysis.engine.decoding.memory import Canvas
from media_analysis.engine.decoding.stills import decode_still


@dataclass(frozen=True, slots=True)
class Work:
    """One file, the limits, and where the answers go."""

    source: BinaryIO
    output: int  # descriptor: shared memory for pixels, or the file that a proxy is written to
    channel: socket.socket
    limits: Limits
    options: Message


def answer(name: str, work: Work) -> None:
    """Do one kind of work and send its answer, or why there is none.

    Raises ChannelClosed when nobody listens any more.
    """
    try:
        _WORK[name](work)
    except Refused as refusal:
        send(work.channel, to_message(refusal))
    except MemoryError:
        send(work.channel, to_message(TooLarge("too_much_memory")))
    except Exception as unforeseen:
        # Parsers of hostile files raise anything, and this process ends with the file in any case.
        send(work.channel, to_message(Unreadable("damaged"), cause=repr(unforeseen)))


def _still(work: Work) -> None:
    canvas = Canvas(work.output)
    still = decode_still(work.source, work.limits, canvas.allocate)
    canvas.hold(still.pixels)
    send(
        work.channel,
        {
            "shape": still.pixels.shape[:2],
            "width": still.width,
            "height": still.height,
            "orientation": still.orientation,
            "frame_count": still.frame_count,
            "route": still.route,
            "pixel_digest": still.pixel_digest,
        },
    )


_WORK: Final[dict[str, Callable[[Work], None]]] = {"still": _still}
