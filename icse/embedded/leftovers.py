"""Programs that a killed launcher left behind: remembered by id and start time, ended at the next start."""

import json
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from icse.embedded.service import kill_session

_PROC: Final = Path("/proc")
_GRACE_SECONDS: Final = 15.0
_STARTED_AT_FIELD: Final = 19  # "starttime", counted from the field after the program's name


def remember(file: Path, pids: Iterable[int]) -> None:
    """Write down the running programs, in place of whatever the file held."""
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps({pid: _started_at(pid) for pid in pids}), encoding="ascii")
    draft.replace(file)


def end_leftovers(file: Path) -> int:
    """End those remembered programs that still run, politely first, and return how many there were.

    A number alone may have been given to somebody else's program since, so its start time must agree.
    """
    remembered = json.loads(file.read_text(encoding="ascii")) if file.exists() else {}
    alive = [int(pid) for pid, started in remembered.items() if started and _started_at(int(pid)) == started]
    for pid in alive:
        # SIGINT is PostgreSQL's fast shutdown; everything else here takes it as "stop" as well.
        os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + _GRACE_SECONDS
    while any(_started_at(pid) for pid in alive) and time.monotonic() < deadline:
        time.sleep(0.1)
    for pid in alive:
        kill_session(pid)
    file.unlink(missing_ok=True)
    return len(alive)


def _started_at(pid: int) -> str:
    """Return the start time of a running program in clock ticks since boot, or nothing."""
    try:
        status = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The name stands in brackets and may itself hold blanks and brackets.
    state, *fields = status.rpartition(")")[2].split()
    return "" if state == "Z" else fields[_STARTED_AT_FIELD - 1]
