"""The whole platform as a newcomer starts it: `manage.py up` with its demo, and ways to ask it."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import psycopg2
from django.conf import settings

from icse.embedded.layout import Layout
from media_analysis.models import MatchKind
from tests.launcher import Launcher
from tests.processes import command_line

OWN_PASSWORD: Final = "a-harbour-without-ships"

NEWCOMER: Final = "rui@sundria.example"
"""Kept for the test of a first sign-in: afterwards the one-time password is used up."""
PASSER_BY: Final = "odd@norland.example"
"""Kept for the test that signs in with the one-time password and out again."""

_UNFINISHED: Final = """
    SELECT count(*) FROM evidence_submission AS s
    LEFT JOIN media_analysis_pipelinerun AS r ON r.material_id = s.material_id
    WHERE s.analyzed_at IS NULL AND r.state IS DISTINCT FROM 'quarantined'
"""

# Identical pictures and devices are no rows, but hubs with several members.
_KINDS_FOUND: Final = """
    SELECT count(DISTINCT kind) FROM (
        SELECT kind FROM media_analysis_match UNION ALL
        SELECT CASE e.kind WHEN 'pixels' THEN 'identical' ELSE 'device' END
        FROM media_analysis_exactsignal AS e JOIN media_analysis_exactsignalmember AS m ON m.signal_id = e.id
        GROUP BY e.id HAVING count(*) > 1
    ) AS found
"""


class Platform:
    """One running installation."""

    def __init__(self, launcher: Launcher) -> None:
        self._launcher = launcher
        self.url = f"http://127.0.0.1:{launcher.port}"
        self.sessions: dict[str, Any] = {}
        """What browsers remember of who has signed in, by e-mail address."""
        launcher.wait_for("^open http://")
        self.passwords = dict(re.findall(r"^  (\S+@\S+) +(\S+) ", launcher.lines(), re.MULTILINE))

    @property
    def data_dir(self) -> Path:
        """Return where all of it lies."""
        return Path(self._launcher.data_dir)

    def order(self, task: str) -> None:
        """Ask for a task before its time, by the outbox that the workers' relay reads."""
        self.rows(
            "INSERT INTO common_outboxmessage (task, arguments, queue, priority, created_at)"
            " VALUES (%s, '{}', 'default', 6, now()) RETURNING 1",
            task,
        )

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return what the database answers to its owner."""
        parameters = Layout(self._launcher.data_dir).database("owner")
        connection = psycopg2.connect(
            host=parameters["HOST"],
            dbname=parameters["NAME"],
            user=parameters["USER"],
            password=parameters["PASSWORD"],
        )
        with closing(connection), connection, connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def wait_until(self, is_so: Callable[[], bool], seconds: float = 120) -> None:
        """Wait for something to come true; fail with what the launcher said where it does not."""
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline, self._launcher.lines()
            time.sleep(0.05)

    def wait_until_analyzed(self, seconds: float = 600) -> None:
        """Wait until nothing that was handed in waits for its analysis."""
        self.wait_until(lambda: self.rows(_UNFINISHED) == [(0,)], seconds)

    def wait_for_every_kind(self) -> None:
        """Wait until the machines have found every kind of match: a minute where nothing else is running."""
        self.wait_until(lambda: self.rows(_KINDS_FOUND) == [(len(MatchKind),)], 600)

    def token(self, address: str) -> str:
        """Issue a bearer token at the console, as an operator does."""
        command = [sys.executable, "manage.py", "create_api_token", address]
        issued = subprocess.run(
            command,
            cwd=settings.BASE_DIR,
            env=self._launcher.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return issued.stdout.strip()

    def service(self, word: str) -> int:
        """Return the process of the service in whose command line a word stands."""
        return next(pid for pid in self._launcher.children() if word in command_line(pid))

    def kill(self, word: str) -> None:
        """Kill a service and every process of its group, as a crash of the machine would."""
        os.killpg(self.service(word), 9)

    def wait_for_line(self, pattern: str) -> None:
        """Wait until the launcher has said something."""
        self._launcher.wait_for(pattern)
