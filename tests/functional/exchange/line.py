"""A bad line: what goes through it is broken off now and then, in the middle of anything."""

from __future__ import annotations

import random
import socket
from contextlib import suppress
from threading import Lock, Thread
from typing import Final

_READ: Final = 16 * 1024


class BadLine:
    """Passes connections on to a port of this machine; counts the bytes that went out through it.

    With `breaks_every` each connection is broken off after about so many bytes. `dies_after` so many bytes
    in all, nothing comes through any more.
    """

    def __init__(self, port: int, *, seed: int = 1) -> None:
        self._port = port
        self._chance, self._lock = random.Random(seed), Lock()
        self.breaks_every: int | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.sent = 0
        self.broken = 0
        self.dies_after: int | None = None
        Thread(target=self._accept, daemon=True).start()

    @property
    def is_dead(self) -> bool:
        """Tell whether anything comes through."""
        return self.dies_after is not None and self.sent >= self.dies_after

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                near, _ = self._listener.accept()
                Thread(target=self._serve, args=[near], daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        budget = None
        if self.breaks_every is not None:
            with self._lock:
                budget = int(self._chance.expovariate(1 / self.breaks_every))
        # Where nobody listens, whoever called finds the line closed.
        with suppress(ConnectionRefusedError), near, self._far() as far:
            back = Thread(target=_pass_back, args=[far, near], daemon=True)
            back.start()
            self._pass_on(near, far, budget)
            back.join(30)

    def _far(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._port))

    def _pass_on(self, near: socket.socket, far: socket.socket, budget: int | None) -> None:
        with suppress(OSError):
            while data := near.recv(_READ):
                if self.is_dead or (budget is not None and budget < len(data)):
                    far.sendall(data[: budget or 0])
                    self._break(near, far)
                    return
                far.sendall(data)
                budget = None if budget is None else budget - len(data)
                with self._lock:
                    self.sent += len(data)
            far.shutdown(socket.SHUT_WR)

    def _break(self, *ends: socket.socket) -> None:
        with self._lock:
            self.broken += 1
        for end in ends:
            with suppress(OSError):  # gone by itself
                end.shutdown(socket.SHUT_RDWR)  # which, unlike closing, wakes whoever reads from it


def _pass_back(far: socket.socket, near: socket.socket) -> None:
    with suppress(OSError):
        while data := far.recv(_READ):
            near.sendall(data)
    with suppress(OSError):  # also after a server that was killed, whose end is a reset
        near.shutdown(socket.SHUT_WR)
