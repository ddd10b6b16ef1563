"""PostgreSQL and Valkey of the test runs: started by the first session, shared, stopped by the last."""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from icse.embedded import bootstrap, postgres, valkey
from icse.embedded.layout import Layout
from icse.embedded.service import Service
from tests.processes import is_alive

# A test database is thrown away, so nothing of it need survive a power cut.
_FAST: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}


# Kept to the end of the process, because a server may outlive the session that started it.
_STARTED: Final[list[subprocess.Popen[bytes]]] = []


@contextmanager
def running_postgres(layout: Layout) -> Iterator[None]:
    """Keep the shared PostgreSQL up for the length of the block, with roles and extensions made."""
    with _shared(layout, lambda: postgres.postgres_service(layout, _FAST), _prepare_postgres):
        yield


@contextmanager
def running_valkey(layout: Layout) -> Iterator[None]:
    """Keep the shared Valkey up for the length of the block."""
    with _shared(layout, lambda: valkey.valkey_service(layout), lambda _: None):
        yield


@contextmanager
def own_slot(layout: Layout) -> Iterator[int]:
    """Hold a small number that no other running session holds, to name this session's database by."""
    number = 0
    while (lock := _try_lock(layout.data_dir / f"slot-{number}.lock", fcntl.LOCK_EX)) is None:
        number += 1
    with lock:
        yield number


def _prepare_postgres(layout: Layout) -> None:
    bootstrap.make_roles(layout)
    bootstrap.let_owner_make_databases(layout)
    # Every database made after this inherits the extensions, as owned by the superuser as in production.
    bootstrap.make_extensions(layout, "template1")


@contextmanager
def _shared(
    layout: Layout, build: Callable[[], Service], prepare: Callable[[Layout], None]
) -> Iterator[None]:
    # One lock for all servers of a folder: of several sessions that begin at once, one makes what is missing.
    with _locked(layout.data_dir / "servers.start"):
        layout.secrets.ensure(*postgres.SECRET_NAMES, *valkey.SECRET_NAMES)
        service = build()
    users, pid_file = (layout.data_dir / f"{service.name}.{kind}" for kind in ("users", "pid"))
    with _locked(layout.data_dir / f"{service.name}.start"):
        user = _try_lock(users, fcntl.LOCK_SH)
        if user is None:
            message = f"{service.name} of the test runs is being stopped"
            raise RuntimeError(message)
        if not service.is_ready():
            process = service.spawn()
            _STARTED.append(process)
            service.wait_until_ready(process)
            pid_file.write_text(str(process.pid), encoding="ascii")
            prepare(layout)
    try:
        yield
    finally:
        user.close()
        with _locked(layout.data_dir / f"{service.name}.start"):
            last = _try_lock(users, fcntl.LOCK_EX)
            if last is not None:
                _stop(int(pid_file.read_text(encoding="ascii")), service.stop_signal)
                last.close()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _try_lock(path: Path, kind: int) -> IO[str] | None:
    file = path.open("w")
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _stop(pid: int, stop_signal: signal.Signals) -> None:
    os.kill(pid, stop_signal)
    own = next((process for process in _STARTED if process.pid == pid), None)
    if own is not None:
        own.wait(30)
    while own is None and is_alive(pid):
        time.sleep(0.05)
