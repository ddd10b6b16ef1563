"""One launcher per data folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(RuntimeError):
    """Another launcher serves this data folder."""


@contextmanager
def only_launcher(data_dir: Path) -> Iterator[None]:
    """Hold the data folder's lock; raise AlreadyRunning, naming the other process, where it is taken.

    The operating system lets go of the lock however the holder ends, so a stale file holds up nobody.
    """
    data_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
    with (data_dir / "launcher.lock").open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            message = f"{data_dir} is in use by another launcher, process {file.read().strip() or 'unknown'}."
            raise AlreadyRunning(message) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
