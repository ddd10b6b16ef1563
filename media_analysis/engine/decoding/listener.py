"""The decoder as a service of its own, for containers.

Run as `python -m media_analysis.engine.decoding.listener SOCKET`. Each worker process that connects gets a
server, forked from this one, whose libraries are loaded. Files come through the socket as open descriptors,
so that the container needs neither network nor any data.
"""

import gc
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from icse.common.sealing import warm_up
from media_analysis.engine.decoding.channel import ChannelClosed, receive
from media_analysis.engine.decoding.limits import limits_from
from media_analysis.engine.decoding.server import Server
from media_analysis.engine.decoding.stills import prepare

_GREETING_SECONDS: Final = 10.0
_WAITING: Final = 64
_OWNER_ONLY: Final = 0o177


def listen(place: Path) -> None:
    """Serve whoever connects to a Unix socket, for ever; only the same user may."""
    place.unlink(missing_ok=True)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # servers end by themselves, and nobody asks how
    with socket.socket(socket.AF_UNIX) as listener:
        before = os.umask(_OWNER_ONLY)
        listener.bind(str(place))
        os.umask(before)
        listener.listen(_WAITING)
        while True:
            control, _ = listener.accept()
            if not os.fork():
                listener.close()
                _serve(control)
            control.close()


def _serve(control: socket.socket) -> None:
    """Be the server of one worker, to its end."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        control.settimeout(_GREETING_SECONDS)
        limits = limits_from(receive(control)["limits"])
        control.settimeout(None)
        with suppress(ChannelClosed):
            Server(control, limits).serve()
        status = 0
    finally:
        os._exit(status)


def main() -> None:
    """Load the libraries and listen at the socket that the first argument names."""
    prepare()
    warm_up()
    gc.collect()
    gc.freeze()
    listen(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
