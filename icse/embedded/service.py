"""A program that the launcher or a test session runs: how it starts, when it is ready, how it stops."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from icse.embedded.account import Account

_POLL_SECONDS: Final = 0.05
_LARGEST_LOG: Final = 10 * 1024 * 1024


class ServiceFailed(RuntimeError):
    """A service ended, or was not ready in time; the message names it and its log."""


@dataclass(frozen=True, slots=True)
class Service:
    """One program in a session of its own, so that Ctrl-C in a terminal reaches the launcher alone."""

    name: str
    command: Sequence[str]
    log: Path
    is_ready: Callable[[], bool]
    description: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 15.0
    ready_seconds: float = 60.0

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start the program with its output in its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        _rotate(self.log)
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=dict(self.environment) or None,
                **(self.account.popen_options() if self.account else {}),
            )

    def wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Block until the service answers; raise ServiceFailed where it ended or takes too long."""
        deadline = time.monotonic() + self.ready_seconds
        while not self.is_ready():
            if process.poll() is not None:
                message = f"{self.name} ended with code {process.returncode}; see {self.log}"
                raise ServiceFailed(message)
            if time.monotonic() > deadline:
                message = f"{self.name} is not ready after {self.ready_seconds:.0f} s; see {self.log}"
                raise ServiceFailed(message)
            time.sleep(_POLL_SECONDS)

    def wait_for_end(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait for a program that was asked to stop; kill its session where it does not, and say False."""
        try:
            process.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            kill_session(process.pid)
            process.wait()
            return False
        return True


def kill_session(leader: int) -> None:
    """Kill a program and the children that it left in its process group."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
