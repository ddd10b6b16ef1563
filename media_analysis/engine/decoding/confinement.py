"""Take away from a process what reading one file does not need."""

import ctypes
import os
import resource
import signal
from pathlib import Path
from typing import Final

from media_analysis.engine.decoding.limits import Budget

# Linux, include/uapi/linux/prctl.h
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38
_STANDARD_STREAMS: Final = 3

_LIBC: Final = ctypes.CDLL(None, use_errno=True)


def confine(budget: Budget, keep: list[int]) -> None:
    """Leave this process the descriptors in `keep`, the budget, and no life after its parent.

    Raises OSError when the system refuses one of it: then nothing may be decoded.
    """
    die_with_parent()
    close_all_but(keep)
    _set_limits(budget)


def die_with_parent() -> None:
    """Have this process killed when the one that forked it ends, and gain no rights by what it starts."""
    parent = os.getppid()
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    if os.getppid() != parent:  # it died before the first line
        os._exit(1)


def _prctl(option: int, value: int) -> None:
    if _LIBC.prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), f"prctl {option}")


def close_all_but(keep: list[int]) -> None:
    """Close every descriptor but the standard ones and these."""
    os.dup2(1, 2)  # the libraries talk about files on standard error; standard output goes nowhere already
    for first, last in zip(
        [_STANDARD_STREAMS - 1, *sorted(keep)], [*sorted(keep), _most_files()], strict=True
    ):
        os.closerange(first + 1, last)


def _most_files() -> int:
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _set_limits(budget: Budget) -> None:
    _limit(resource.RLIMIT_AS, _address_space_now() + budget.memory_bytes)
    # Past the soft limit comes SIGXCPU, which tells a slow file from one that was killed otherwise.
    _limit(resource.RLIMIT_CPU, budget.cpu_seconds, grace=1)
    _limit(resource.RLIMIT_FSIZE, budget.written_bytes)
    _limit(resource.RLIMIT_NOFILE, budget.open_files)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(which: int, value: int, grace: int = 0) -> None:
    hard = resource.getrlimit(which)[1]
    highest = value + grace if hard == resource.RLIM_INFINITY else min(value + grace, hard)
    resource.setrlimit(which, (min(value, highest), highest))


def _address_space_now() -> int:
    pages = Path("/proc/self/statm").read_text().split()[0]
    return int(pages) * resource.getpagesize()
