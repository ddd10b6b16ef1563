"""Read mutants of good files until something outside of the sandbox comes to harm: `make fuzz`.

    python -m tests.hostile.fuzz [--mutants 1000] [--seed 1] [KIND …]

Each kind of file is changed in the ways in which disks and hostile hands change them: bits turned, parts
missing, doubled or moved, numbers made extreme. Of each mutant the verdict is counted, and of each kind the
worst time and memory of a child are printed. A child may die of a mutant, which is what it is there for; the
run fails if the server dies, or a child takes more than its budget.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evidence.formats import HEAD_BYTES, UnsupportedFormat, is_archive, recognise
from icse.common.sealing import SealedFile, new_key
from media_analysis.engine.decoding.channel import ChannelClosed, key_message
from media_analysis.engine.decoding.errors import AttemptFailed, Refused
from media_analysis.engine.decoding.limits import Limits
from media_analysis.engine.decoding.memory import PixelMemory
from media_analysis.engine.decoding.results import LONGEST_SIDE
from media_analysis.engine.decoding.sandbox import Sandbox
from media_analysis.engine.decoding.server_process import Ending, ServerProcess
from tests.hostile.archives import PACKERS, tarred, zipped
from tests.hostile.made import clip, photo, scenery, scenes
from tests.sealed import sealed_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from media_analysis.engine.decoding.channel import Message

LIMITS: Final = Limits()
_MOST_MIB: Final = 1600  # the greatest budget of memory, and what the libraries take

_FILES: Final = {
    "a.txt": b"one" * 300,
    "b.png": photo("PNG", scenery(48, 32)),
    "deep/c.bin": bytes(range(256)) * 9,
}
_MOTION_JPEG: Final = partial(clip, codec="mjpeg", pixel_format="yuvj420p")

KINDS: Final[dict[str, Callable[[], bytes]]] = {
    **{kind: partial(photo, kind, scenery(96, 64)) for kind in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP")},
    **{kind: partial(photo, kind, scenery(96, 64)) for kind in ("HEIF", "AVIF")},
    "progressive": partial(photo, "JPEG", scenery(96, 64), progressive=True),
    "mp4": lambda: clip("mp4", frames=scenes(2, 5)),
    "mov": lambda: clip("mov", frames=scenes(2, 5)),
    "matroska": lambda: clip("matroska", frames=scenes(2, 5)),
    "webm": lambda: clip("webm", "libvpx", scenes(2, 5)),
    "avi": lambda: clip("avi", "mpeg4", scenes(2, 5)),
    "motion JPEG": lambda: _MOTION_JPEG("avi", frames=scenes(2, 5)),
    "zip": lambda: zipped(_FILES),
    **{kind: partial(tarred, _FILES, kind) for kind in PACKERS},
}
_EXTREMES: Final = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\xff\xff\xff\x7f")


def mutant(good: bytes, chance: random.Random) -> bytes:
    """Return a file changed in one to four ways."""
    content = bytearray(good)
    for _ in range(chance.randint(1, 4)):
        chance.choice(_WAYS)(content, chance)
    return bytes(content) or b"\0"


def _turn_bits(content: bytearray, chance: random.Random) -> None:
    for _ in range(chance.randint(1, 12)):
        if content:
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def _cut(content: bytearray, chance: random.Random) -> None:
    del content[chance.randint(0, len(content)) :]


def _leave_out(content: bytearray, chance: random.Random) -> None:
    at = chance.randint(0, len(content))
    del content[at : at + chance.randint(1, 400)]


def _double(content: bytearray, chance: random.Random) -> None:
    at = chance.randint(0, len(content))
    content[at:at] = content[at : at + chance.randint(1, 400)] * chance.randint(1, 5)


def _move(content: bytearray, chance: random.Random) -> None:
    at = chance.randint(0, len(content))
    part = content[at : at + chance.randint(1, 200)]
    del content[at : at + len(part)]
    to = chance.randint(0, len(content))
    content[to:to] = part


def _exaggerate(content: bytearray, chance: random.Random) -> None:
    # Numbers that say how large a thing is stand in the first part of most files.
    at = chance.randint(0, min(len(content), 600))
    content[at : at + 4] = chance.choice(_EXTREMES)


def _blur(content: bytearray, chance: random.Random) -> None:
    at = chance.randint(0, len(content))
    size = min(chance.randint(1, 64), len(content) - at)
    content[at : at + size] = chance.randbytes(size)


_WAYS: Final = (_turn_bits, _turn_bits, _cut, _leave_out, _double, _move, _exaggerate, _exaggerate, _blur)


def works_for(path: Path) -> list[tuple[str, Message]]:
    """Return what a worker would have done with a file, none where it is refused on receipt."""
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if is_archive(head):
        return [("members", {"bytes_left": LIMITS.archive_bytes, "members_left": LIMITS.archive_members})]
    try:
        kind = recognise(head, path.stat().st_size).kind
    except UnsupportedFormat:
        return []
    metadata: tuple[str, Message] = ("metadata", {})
    if kind == "photo":
        return [("still", {}), metadata]
    wanted = {"start_s": 0.0, "end_s": 60.0, "frames_per_second": 2.0, "long_side": 512}
    return [("plan", {}), ("frames", wanted), metadata]


def read(server: ServerProcess, file: SealedFile, work: str, options: Message) -> tuple[str, Ending]:
    """Have one child do some work on a file, sealed; return how that went, and what it cost."""
    memory = PixelMemory(LONGEST_SIDE) if work in {"still", "frames"} else None
    with file.path.open("rb") as source, tempfile.TemporaryFile() as target:
        output = memory.descriptor if memory else target.fileno()
        keys = {"source": key_message(file.key), "output": key_message(new_key())}
        told = {"options": options, "keys": keys}
        job = server.submit(work, getattr(LIMITS, work), told, source.fileno(), output)
        try:
            message = job.receive()
            while work in {"frames", "members"} and "end" not in message:
                job.go_on()
                message = job.receive()
            said = "read"
        except Refused as refusal:
            said = refusal.reason
        except (AttemptFailed, ChannelClosed) as failure:
            said = type(failure).__name__
        ending = job.finish()
    if memory:
        memory.close()
    return said, ending


def fuzz(server: ServerProcess, kind: str, number: int, seed: int, folder: Path) -> bool:
    """Read mutants of a kind, print what became of them, and return whether all kept to their budget."""
    chance = random.Random(f"{seed} {kind}")
    good, path = KINDS[kind](), folder / "mutant"
    said: Counter[str] = Counter()
    slowest = cpu = peak = 0.0
    for _ in range(number):
        path.write_bytes(mutant(good, chance))
        works, sealed = works_for(path), sealed_file(folder, path.read_bytes())
        said["refused on receipt"] += not works
        for work, options in works:
            began = time.monotonic()
            verdict, ending = read(server, sealed, work, options)
            said[verdict] += 1
            slowest = max(slowest, time.monotonic() - began)
            cpu, peak = max(cpu, ending.cpu_seconds), max(peak, ending.peak_kib / 1024)
            if verdict in {"DecoderDied", "DecoderTimeout"}:
                kept = folder.parent / f"killer-{kind}-{said[verdict]}".replace(" ", "-")
                kept.write_bytes(path.read_bytes())
    told = ", ".join(f"{reason} {count}" for reason, count in said.most_common())
    print(f"{kind:12} {slowest:5.2f} s, {cpu:5.2f} s of CPU, {peak:5.0f} MiB at worst: {told}", flush=True)
    return peak < _MOST_MIB and server.is_usable()


def main() -> int:
    """Run, and return 1 if something came to harm."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {', '.join(KINDS)}; else all")
    parser.add_argument("--mutants", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    print(f"sandbox: {Sandbox().level()}; {chosen.mutants} mutants of each kind, seed {chosen.seed}")
    server = ServerProcess(LIMITS)
    before = server.pid
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folder = Path(name) / "work"
        folder.mkdir()
        are_well = [fuzz(server, kind, chosen.mutants, chosen.seed, folder) for kind in chosen.kinds or KINDS]
        killers = sorted(Path(name).glob("killer-*"))
        print(f"children that died or were stopped: {len(killers)}; worker {os.getpid()} and server live on")
    harmed = not all(are_well) or server.pid != before or not server.is_usable()
    server.close()
    return int(harmed)


if __name__ == "__main__":
    sys.exit(main())
