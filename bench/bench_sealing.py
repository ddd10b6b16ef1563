"""Receiving and reading sealed files, against the same without sealing, and against `cp` + `sha256sum`.

    python -m bench.bench_sealing [--gigabytes 2] [--folder FOLDER]

Without sealing is the platform's own receiver whose writer lets bytes through: what differs is AES-256-GCM in
segments and the digest of what lies on the disk. Each way is taken three times, turn by turn; the figures are
ratios of the least seconds.
"""

import argparse
import hashlib
import random
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO
from unittest.mock import patch

from evidence import receiving
from evidence.store import PosixStore
from icse.common.sealing import DataKey, open_sealed

MIB = 1024**2
READS = 2000


class ThroughWriter:
    """Takes the place of the sealing writer and changes nothing."""

    def __init__(self, stream: BinaryIO, key: DataKey) -> None:
        self._stream = stream
        self.size = self.sealed_size = 0
        self.sealed_sha256 = ""

    def write(self, piece: bytes) -> int:
        self._stream.write(piece)
        self.size += len(piece)
        return len(piece)

    def finish(self) -> None:
        pass


def receive(store: PosixStore, source: Path) -> receiving.ReceivedFile:
    """Receive a file in the pieces in which requests bring it."""
    receiver = receiving.Receiver(store, "large.mp4")
    with source.open("rb") as stream:
        while piece := stream.read(256 * 1024):
            receiver.write(piece)
    return receiver.finish()


def receive_plain(store: PosixStore, source: Path) -> receiving.ReceivedFile:
    """Receive a file without sealing it."""
    with patch.object(receiving, "SealingWriter", ThroughWriter):
        return receive(store, source)


def peer(store: PosixStore, source: Path) -> None:
    """Copy a file and take its digest with the system's programs."""
    copy = source.with_suffix(".copy")
    for command in (["cp", str(source), str(copy)], ["sha256sum", str(source)]):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    copy.unlink()


def least(work: Sequence[Callable[[], object]], rounds: int = 3) -> list[float]:
    """Return the least seconds of each work, done turn by turn."""
    taken: list[list[float]] = [[] for _ in work]
    for _ in range(rounds):
        for number, each in enumerate(work):
            began = time.monotonic()
            made = each()
            taken[number].append(time.monotonic() - began)
            if isinstance(made, receiving.ReceivedFile):
                made.discard()
    return [min(each) for each in taken]


def main() -> None:
    """Run the comparisons and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--folder", type=Path, help="on the disk to measure; else the system's temporary one")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=told.folder) as name:
        folder = Path(name)
        source, store = folder / "source", PosixStore(folder / "store")
        with source.open("wb") as stream:
            for number in range(int(told.gigabytes * 1024)):
                stream.write(hashlib.shake_128(str(number).encode()).digest(1024) * 1024)
        sealed, plain, system = least(
            [partial(each, store, source) for each in (receive, receive_plain, peer)]
        )
        print(f"receiving {told.gigabytes:g} GB: sealed {sealed:.2f} s, without sealing {plain:.2f} s")
        print(f"  {sealed / plain:.2f} x without sealing, {sealed / system:.2f} x cp + sha256sum")
        compare_reading(store, source)


def compare_reading(store: PosixStore, source: Path) -> None:
    """Read a whole file, and pieces of 64 KiB at random places, sealed and not."""
    file = receive(store, source)

    def sealed() -> BinaryIO:
        return open_sealed(file.incoming.open("rb", buffering=0), file.key)

    def plain() -> BinaryIO:
        return source.open("rb")

    def whole(opened: Callable[[], BinaryIO]) -> None:
        with opened() as stream:
            while stream.read(256 * 1024):
                pass

    def places(opened: Callable[[], BinaryIO]) -> None:
        chance = random.Random(7)
        with opened() as stream:
            for _ in range(READS):
                stream.seek(chance.randrange(file.size - 65536))
                stream.read(65536)

    for name, work in (("whole", whole), (f"{READS} pieces of 64 KiB", places)):
        ours, theirs = least([partial(work, sealed), partial(work, plain)])
        print(f"reading {name}: sealed {ours:.2f} s, plain {theirs:.2f} s")
    file.discard()


if __name__ == "__main__":
    main()
