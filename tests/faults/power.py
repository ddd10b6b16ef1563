"""A power cut, modelled: what a traced server had on the disk when it acknowledged a file.

Of the calls that `strace -f -y` wrote down, it believes no more than a file system promises: written bytes
count once their file was synced, and a name (made, linked or renamed) once its folder was. A file that is
acknowledged before that would be gone with the power: each acknowledgement is a point at which it is cut.
After ALICE (Pillai et al., "All File Systems Are Not Created Equal", OSDI 2014).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CALLS: Final = (
    "openat,write,pwrite64,writev,pwritev,ftruncate,fsync,fdatasync,rename,renameat,renameat2,link,linkat,"
    "mkdir,mkdirat,unlink,unlinkat,sendto,sendmsg"
)
"""What has to be traced."""

_LINE: Final = re.compile(r"^(?P<who>\d+)\s+(?:[\d.]+\s+)?(?P<rest>.*)$")
_RESUMED: Final = re.compile(r"^<\.\.\. (?P<call>\w+) resumed>(?P<rest>.*)$")
_CALL: Final = re.compile(r"^(?P<call>\w+)\((?P<told>.*)\)\s+= (?P<result>-?\d+)")
_DESCRIPTOR: Final = re.compile(r"^\d+<(?P<path>[^>]+)>")
_PATHS: Final = re.compile(r'"(?P<path>[^"]+)"')
_ACKNOWLEDGED: Final = re.compile(r"icse-sha256: (?P<sha256>[0-9a-f]{64})", re.IGNORECASE)


@dataclass(slots=True)
class _File:
    """Bytes under one or several names; `is_dirty` says that some of them are not on the disk."""

    is_dirty: bool = False


@dataclass(slots=True)
class Disk:
    """What would be there after a power cut, of what was written since the trace began."""

    files: dict[str, _File] = field(default_factory=dict)
    pending: set[str] = field(default_factory=set)
    """Names that their folder does not have on the disk yet."""

    def lacks(self, path: str) -> str:
        """Return why a path would not be there, whole, after a power cut; nothing if it would."""
        known = self.files.get(path)
        if known is not None and known.is_dirty:
            return "its bytes are not on the disk"
        for place in (PurePosixPath(path), *PurePosixPath(path).parents):
            if str(place) in self.pending:
                return f"the name {place} is not on the disk"
        return ""

    def take(self, call: str, told: str) -> None:
        """Take note of one call that succeeded."""
        opened = _DESCRIPTOR.match(told)
        paths = _PATHS.findall(told)
        if call in ("write", "pwrite64", "writev", "pwritev", "ftruncate") and opened:
            self._file(opened["path"]).is_dirty = True
        elif call in ("fsync", "fdatasync") and opened:
            self._sync(opened["path"])
        elif call.startswith("rename") and len(paths) == 2:
            self.files[paths[1]] = self.files.pop(paths[0], _File())
            self.pending.discard(paths[0])
            self.pending.add(paths[1])
        elif call.startswith("link") and len(paths) == 2:
            self.files[paths[1]] = self._file(paths[0])
            self.pending.add(paths[1])
        elif call.startswith("mkdir") and paths:
            self.pending.add(paths[0])
        elif call.startswith("unlink") and paths:
            self.files.pop(paths[0], None)
            self.pending.discard(paths[0])
        elif call == "openat" and paths and "O_CREAT" in told and paths[0] not in self.files:
            self.files[paths[0]] = _File()
            self.pending.add(paths[0])

    def _file(self, path: str) -> _File:
        return self.files.setdefault(path, _File())

    def _sync(self, path: str) -> None:
        self._file(path).is_dirty = False
        self.pending -= {name for name in self.pending if str(PurePosixPath(name).parent) == path}


@dataclass(slots=True)
class Verdict:
    """How many files were acknowledged, and which of them the power would have taken along, and why."""

    acknowledged: int = 0
    lost: dict[str, str] = field(default_factory=dict)


def judge(lines: Iterable[str], originals: str) -> Verdict:
    """Cut the power at every acknowledgement of a trace.

    Args:
        lines: What `strace -f -y -s 4096 -e trace=CALLS` wrote.
        originals: The folder in which an original lies under `ab/cd/abcd…`.
    """
    disk, verdict = Disk(), Verdict()
    for call, told, result in _calls(lines):
        if call in ("sendto", "sendmsg", "write", "writev") and (found := _ACKNOWLEDGED.search(told)):
            sha256 = found["sha256"]
            verdict.acknowledged += 1
            if why := disk.lacks(f"{originals}/{sha256[:2]}/{sha256[2:4]}/{sha256}"):
                verdict.lost[sha256] = why
        elif result >= 0:
            disk.take(call, told)
    return verdict


def _calls(lines: Iterable[str]) -> Iterator[tuple[str, str, int]]:
    """Yield call, arguments and result of each line; one that another thread broke off, when it ended.

    An acknowledgement counts when it begins: it may have left before the call returned.
    """
    begun: dict[str, str] = {}
    for line in lines:
        matched = _LINE.match(line.rstrip("\n"))
        if matched is None:
            continue
        who, rest = matched["who"], matched["rest"]
        if rest.endswith("<unfinished ...>"):
            rest = rest.removesuffix("<unfinished ...>")
            if _ACKNOWLEDGED.search(rest):
                yield "sendto", rest, 0
            else:
                begun[who] = rest
            continue
        if resumed := _RESUMED.match(rest):
            if who not in begun:
                continue
            rest = begun.pop(who) + resumed["rest"]
        if found := _CALL.match(rest):
            yield found["call"], found["told"], int(found["result"])
