"""The worker's side of its decoder server: start it, hand it files, learn how its children ended."""

import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from media_analysis.engine.decoding.channel import ChannelClosed, Message, receive, send
from media_analysis.engine.decoding.errors import DecoderDied, DecoderTimeout, from_message
from media_analysis.engine.decoding.limits import Budget, Limits

_SOURCES: Final = Path(__file__).resolve().parents[3]
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 5.0
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
    """A running decoder server."""

    def __init__(self, limits: Limits) -> None:
        """Start one and wait until its libraries are loaded. Raises DecoderDied when it does not start."""
        self._control, theirs = socket.socketpair()
        self._owner = os.getpid()
        self._jobs = 0
        self._endings: dict[int, Ending] = {}
        with theirs:
            self._process = _start(theirs.fileno(), limits)
        try:
            self._wait_until_ready()
        except (ChannelClosed, TimeoutError) as silent:
            self.close()
            raise DecoderDied from silent

    @property
    def pid(self) -> int:
        """Return its process id."""
        return self._process.pid

    def is_usable(self) -> bool:
        """Return whether it lives, and belongs to this process rather than to one that forked it."""
        return self._is_own() and self._process.poll() is None

    def submit(self, work: str, budget: Budget, options: Message, source: int, output: int) -> "Job":
        """Have a child do some work on an open file. Raises DecoderDied when the server has gone."""
        self._jobs += 1
        ours, theirs = socket.socketpair()
        with theirs:
            message = {"job": self._jobs, "work": work, "options": options}
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
        if not self._is_own():
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


def _start(control: int, limits: Limits) -> "subprocess.Popen[bytes]":
    module = "media_analysis.engine.decoding.server"
    return subprocess.Popen(
        [sys.executable, "-P", "-s", "-m", module, str(control), json.dumps(dataclasses.asdict(limits))],
        pass_fds=[control],
        env=_ENVIRONMENT,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        # A signal meant for the worker's terminal must not end a file half-way.
        start_new_session=True,
    )
