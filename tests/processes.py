"""What the kernel tells of processes, which may end while they are asked after."""

import stat
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def is_alive(pid: int) -> bool:
    """Tell whether a process runs and is not only an entry, which its parent has yet to read."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return told.rpartition(")")[2].split()[0] != "Z"


def children_of(pid: int) -> list[int]:
    """Return the processes that a living process has started and whose end it has not read."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def command_line(pid: int) -> str:
    """Return the words with which a process was started."""
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def sizes_of_open_files(pid: int) -> set[int]:
    """Return the sizes of the files that a process holds open; sockets, pipes and devices are none."""
    sizes = set()
    with suppress(OSError):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                told = descriptor.stat()
                if stat.S_ISREG(told.st_mode):
                    sizes.add(told.st_size)
    return sizes


def wait_until(happened: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for something that is due within seconds; fail where it does not come."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)
