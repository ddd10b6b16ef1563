"""Keeps services running: starts them in order, restarts what crashes, stops them in reverse order."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from icse.embedded.leftovers import end_leftovers, remember
from icse.embedded.service import Service, ServiceFailed, kill_session

_POLL_SECONDS: Final = 0.2
_LONGEST_PAUSE: Final = 30.0
_STABLE_SECONDS: Final = 60.0  # after so long a crash counts as the first one again


@dataclass(slots=True)
class _Running:
    service: Service
    process: subprocess.Popen[bytes]
    started_at: float
    crashes: int = 0
    restart_at: float | None = None


@dataclass(slots=True)
class Supervisor:
    """The services of one launcher. Each line that a person should read goes to `report`."""

    record: Path
    report: Callable[[str], None]
    _stages: list[list[_Running]] = field(default_factory=list)

    def clear_leftovers(self) -> None:
        """End what an earlier launcher left behind when it was killed."""
        count = end_leftovers(self.record)
        if count:
            self.report(f"ended {count} programs that an earlier launcher left behind")

    def start(self, *services: Service) -> None:
        """Start one stage: all its services at once; return when each is ready.

        Raises ServiceFailed where one ends or is not ready in time.
        """
        stage: list[_Running] = []
        self._stages.append(stage)
        for service in services:
            stage.append(_Running(service, service.spawn(), time.monotonic()))
            self._remember()
        for running in stage:
            running.service.wait_until_ready(running.process)
            self.report(_line(running.service, f"ready     {running.service.description}"))

    def watch(self) -> None:
        """Restart what crashes, for ever; left by an exception of a signal handler."""
        while True:
            for stage in self._stages:
                for running in stage:
                    self._look_after(running)
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        """Stop all services, the last stage first."""
        while self._stages:
            stage = self._stages.pop()
            for running in stage:
                if running.process.poll() is None:
                    running.process.send_signal(running.service.stop_signal)
            for running in stage:
                ended = running.service.wait_for_end(running.process)
                self.report(_line(running.service, "stopped" if ended else "killed, it did not stop in time"))
        self.record.unlink(missing_ok=True)

    def _look_after(self, running: _Running) -> None:
        if running.restart_at is not None:
            if time.monotonic() >= running.restart_at:
                self._restart(running)
        elif running.process.poll() is not None:
            self._note_crash(running)

    def _note_crash(self, running: _Running) -> None:
        kill_session(running.process.pid)
        now = time.monotonic()
        running.crashes = 1 if now - running.started_at > _STABLE_SECONDS else running.crashes + 1
        pause = min(2.0 ** (running.crashes - 1), _LONGEST_PAUSE)
        running.restart_at = now + pause
        code = running.process.returncode
        log = running.service.log
        self.report(_line(running.service, f"crashed   code {code}, restart in {pause:.0f} s; see {log}"))

    def _restart(self, running: _Running) -> None:
        running.process = running.service.spawn()
        running.started_at = time.monotonic()
        running.restart_at = None
        self._remember()
        try:
            running.service.wait_until_ready(running.process)
        except ServiceFailed as failure:
            self.report(_line(running.service, f"failed    {failure}"))
        else:
            self.report(_line(running.service, "restarted"))

    def _remember(self) -> None:
        remember(self.record, [running.process.pid for stage in self._stages for running in stage])


def _line(service: Service, text: str) -> str:
    return f"{service.name:<12} {text}"
