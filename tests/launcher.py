"""`manage.py up` on a data folder of its own, for tests of the whole platform."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

from django.conf import settings

_START_SECONDS: Final = 90
_OPEN: Final = "^open http://"
_OURS: Final = (
    "DATABASE_URL",
    "DATABASE_ENGINE_URL",
    "DATABASE_OWNER_URL",
    "BROKER_URL",
    "SECRET_KEY",
    "ICSE_ROLE",
)


class Launcher:
    """One installation: `manage.py up` on its data, and what that prints."""

    def __init__(self, data_dir: Path, port: int, **environment: str) -> None:
        self.data_dir = data_dir
        self.port = port
        self.output = data_dir.with_name(f"{data_dir.name}-{port}-{id(self)}.out")
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in _OURS},
            "DJANGO_SETTINGS_MODULE": "icse.settings",
            "DATA_DIR": str(data_dir),
            "PORT": str(port),
            "WORKER_CORES": "1",
            "DEMO": "no",
            "SECOND_FACTOR": "no",
            **environment,
        }
        self.start()

    def start(self) -> None:
        """Start the command; its lines begin anew."""
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def ensure_started(self) -> None:
        """Start the command again where a test has stopped it, and wait until it serves."""
        if self.process.poll() is not None:
            self.start()
        self.wait_for(_OPEN)

    def lines(self) -> str:
        """Return what was printed until now."""
        return self.output.read_text()

    def wait_for(self, pattern: str, seconds: float = _START_SECONDS) -> None:
        """Wait until a line matches; fail with everything printed where the launcher ends first."""
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.lines(), re.MULTILINE):
            assert self.process.poll() is None, self.lines()
            assert time.monotonic() < deadline, self.lines()
            time.sleep(0.1)

    def children(self) -> list[int]:
        """Return the programs that this launcher looks after."""
        return [int(pid) for pid in json.loads((self.data_dir / "services.json").read_text())]

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send one signal, as Ctrl-C does, and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)

    def status(self, path: str) -> int:
        """Return the status of one page, asked for without signing in."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET", path)
            return connection.getresponse().status


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
