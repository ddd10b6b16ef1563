"""The worker's side of its decoder server: start it, hand it files, learn how its children ended."""

import dataclasses
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from media_analysis.engine.decoding.channel import ChannelClosed, Message, receive, send
from media_analysis.engine.decoding.errors import DecoderDied, DecoderTimeout, from_message
from media_analysis.engine.decoding.limits import Budget, Limits
from media_analysis.engine.decoding.sandbox import Level, Sandbox, wrapped

_SOURCES: Final = Path(__file__).resolve().parents[3]
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 5.0
_AWAY_SECONDS: Final = 60.0
_BETWEEN_SECONDS: Final = 0.25
# A killed child is gone at once, but freeing what it held may take a moment on a busy machine.
_REPORT_SECONDS: Final = 30.0

# None of the worker's environment: it holds the addresses of the database and the broker.
_ENVIRONMENT: Final = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONPATH": str(_SOURCES),
    # The server must stay without threads, or it could not fork safely.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended and what it used."""

    signal: int
    peak_kib: int
    cpu_seconds: float


class ServerProcess:
    """A running decoder server, here in a sandbox or behind the socket of a listener."""

    def __init__(self, limits: Limits, sandbox: Sandbox = Sandbox()) -> None:  # noqa: B008 - frozen
        """Start one and wait until its libraries are loaded.

        Raises DecoderDied when it does not start, NoSandbox when it may not, ConnectionError when nobody
        listens at the socket.
        """
        self._owner = os.getpid()
        self._jobs = 0
        self._endings: dict[int, Ending] = {}
        self._process: subprocess.Popen[bytes] | None = None
        level = sandbox.level()
        if level == Level.CONTAINER:
            self._control = _connected(sandbox.socket, limits)
        else:
            self._control, theirs = socket.socketpair()
            with theirs:
                self._process = _start(theirs.fileno(), limits, level)
        try:
            self._wait_until_ready()
        except (ChannelClosed, TimeoutError) as silent:
            self.close()
            raise DecoderDied from silent

    @property
    def pid(self) -> int:
        """Return its process id; of one behind a socket, that of its listener."""
        if self._process is not None:
            return self._process.pid
        peer = self._control.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        return int(struct.unpack("3i", peer)[0])

    def is_usable(self) -> bool:
        """Return whether it lives, and belongs to this process rather than to one that forked it."""
        if not self._is_own():
            return False
        # The sandbox around a server that was killed may still be there for a moment.
        return _is_open(self._control) and (self._process is None or self._process.poll() is None)

    def submit(self, work: str, budget: Budget, told: Message, source: int, output: int) -> "Job":
        """Have a child do some work on an open file; `told` are its options and keys.

        Raises DecoderDied when the server has gone.
        """
        self._jobs += 1
        ours, theirs = socket.socketpair()
        with theirs:
            message = {"job": self._jobs, "work": work, **told}
            try:
                send(self._control, message, (source, output, theirs.fileno()))
            except ChannelClosed as gone:
                ours.close()
                raise DecoderDied from gone
        return Job(self, self._jobs, ours, budget)

    def kill(self, job: int) -> None:
        """Have the child of a job killed; its ending can be waited for as always."""
        if not self._is_own():
            return
        with suppress(ChannelClosed):
            send(self._control, {"kill": job})

    def wait_for(self, job: int) -> Ending:
        """Return how the child of a job ended. Raises DecoderDied when the server has gone, too."""
        if not self._is_own():
            # A fork shares the socket: it would take away the answer that its parent waits for.
            raise DecoderDied
        try:
            while job not in self._endings:
                message = receive(self._control)
                ended = int(message.pop("job"))
                self._endings[ended] = Ending(**message)
        except (ChannelClosed, TimeoutError) as gone:
            self.close()
            raise DecoderDied from gone
        return self._endings.pop(job)

    def close(self) -> None:
        """Stop it and its children; do nothing when it is another process's."""
        self._control.close()
        if self._process is None or not self._is_own():
            return
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _is_own(self) -> bool:
        return self._owner == os.getpid()

    def _wait_until_ready(self) -> None:
        self._control.settimeout(_START_SECONDS)
        receive(self._control)
        self._control.settimeout(_REPORT_SECONDS)


class Job:
    """One file in one child."""

    def __init__(self, server: ServerProcess, number: int, channel: socket.socket, budget: Budget) -> None:
        self._server = server
        self._number = number
        self._channel = channel
        self._channel.settimeout(budget.silent_seconds)
        self._ending: Ending | None = None

    def receive(self) -> Message:
        """Return the child's next answer.

        Raises the refusal that it sent, DecoderTimeout when it was silent for too long or had used up its
        processor time, DecoderDied when it ended otherwise.
        """
        try:
            message = receive(self._channel)
        except TimeoutError as slow:
            self.stop()
            raise DecoderTimeout from slow
        except ChannelClosed as gone:
            raise self._why_it_ended() from gone
        if "refused" in message:
            raise from_message(message)
        return message

    def go_on(self) -> None:
        """Tell the child that its answer has been taken over and the next may come."""
        with suppress(ChannelClosed):  # then it has died, which the next `receive` says with its reason
            send(self._channel, {"next": True})

    def stop(self) -> Ending:
        """End the child if it still runs, and return what it used. Raises DecoderDied without the server."""
        if self._ending is None:
            self._server.kill(self._number)
            self._ending = self.finish()
        return self._ending

    def finish(self) -> Ending:
        """Wait until the child has gone, so that nobody changes the pixels any more."""
        if self._ending is None:
            self._channel.close()
            self._ending = self._server.wait_for(self._number)
        return self._ending

    def _why_it_ended(self) -> DecoderDied | DecoderTimeout:
        ended_by = self.finish().signal
        return DecoderTimeout() if ended_by == signal.SIGXCPU else DecoderDied()


def _connected(place: str, limits: Limits) -> socket.socket:
    """Return a connection to a listener, whose server knows the limits.

    Raises ConnectionError where there has been no listener for a while, which is no file's fault; DecoderDied
    when it does not listen.
    """
    control = _found(place)
    try:
        send(control, {"limits": dataclasses.asdict(limits)})
    except ChannelClosed as gone:
        control.close()
        raise DecoderDied from gone
    return control


def _found(place: str) -> socket.socket:
    """Return a connection to a socket, waiting for whoever starts it again."""
    gives_up_at = time.monotonic() + _AWAY_SECONDS
    while True:
        control = socket.socket(socket.AF_UNIX)
        try:
            control.connect(place)
        except OSError as away:
            control.close()
            if time.monotonic() >= gives_up_at:
                message = f"Nobody listens at {place}: see to the decoder's container."
                raise ConnectionError(message) from away
            time.sleep(_BETWEEN_SECONDS)
        else:
            return control


def _is_open(control: socket.socket) -> bool:
    try:
        is_readable = bool(select.select([control], [], [], 0)[0])
        return not is_readable or bool(control.recv(1, socket.MSG_PEEK))
    except (OSError, ValueError):  # reset, or closed here
        return False


def _start(control: int, limits: Limits, level: Level) -> "subprocess.Popen[bytes]":
    module = "media_analysis.engine.decoding.server"
    told = [str(control), json.dumps(dataclasses.asdict(limits))]
    command = [sys.executable, "-P", "-s", "-m", module, *told]
    return subprocess.Popen(
        wrapped(command, _ENVIRONMENT) if level == Level.BUBBLEWRAP else command,
        pass_fds=[control],
        env=_ENVIRONMENT,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        # A signal meant for the worker's terminal must not end a file half-way.
        start_new_session=True,
    )
