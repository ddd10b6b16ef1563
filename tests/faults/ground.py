"""A whole installation to break, and what must be true of it afterwards."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final

from exchange.client import sending
from exchange.client.command import DONE, main
from exchange.client.platform import Platform as Api
from tests.functional.exchange.line import BadLine
from tests.functional.stack.platform import Platform
from tests.hostile.made import photo, scenery
from tests.hostile.videos import box
from tests.launcher import Launcher, free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ANALYST: Final = "ines@norland.example"

_STORED: Final = """
    SELECT s.source_path, m.sha256, m.id::text
    FROM evidence_submission AS s JOIN evidence_material AS m ON m.id = s.material_id
"""

# Analyses, hashes and derivatives of each photo; tiles that are there twice.
_EFFECTS: Final = """
    SELECT m.id::text,
        (SELECT count(*) FROM media_analysis_analysis AS a WHERE a.material_id = m.id AND a.state = 'done'),
        (SELECT count(*) FROM media_analysis_picturehash AS h WHERE h.material_id = m.id),
        (SELECT count(*) FROM evidence_derivative AS d WHERE d.material_id = m.id),
        (SELECT count(*) - count(DISTINCT t.tile) FROM media_analysis_scenetile AS t
            WHERE t.material_id = m.id)
    FROM evidence_material AS m WHERE m.id::text = ANY (%s)
"""
_ONCE: Final = (4, 1, 3, 0)
_SET_ASIDE: Final = """
    SELECT material_id::text FROM media_analysis_pipelinerun
    WHERE state = 'quarantined' AND material_id::text = ANY (%s)
"""


@dataclass(slots=True)
class Outcome:
    """What a row of the table came to; times to recover in seconds."""

    repetitions: int = 0
    files: int = 0
    lost: int = 0
    doubled: int = 0
    set_aside: int = 0
    recovered: list[float] = field(default_factory=list)
    remark: str = ""


class Ground:
    """One installation, started for the drill and thrown away after it."""

    def __init__(self, seed: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="faults-"))
        self.launcher = Launcher(
            self.folder / "data",
            free_port(),
            DEMO="yes",
            WORKER_CORES="2",
            HTTPS="no",
            DECODER_SANDBOX="best",
        )
        self.platform = Platform(self.launcher)
        self.platform.wait_until_analyzed()
        self.token = self.platform.token(ANALYST)
        self.api = Api(self.platform.url, self.token, lanes=4)
        self.line = BadLine(self.launcher.port, seed=seed)
        self.chance = random.Random(seed)

    def close(self) -> None:
        """Stop everything and leave nothing."""
        self.line.close()
        if self.launcher.process.poll() is None:
            self.launcher.stop()
        shutil.rmtree(self.folder)

    def new_folder(self, name: str, number: int) -> Path:
        """Return a folder of photos that the platform has not met."""
        folder = self.folder / name
        folder.mkdir()
        for each in range(number):
            seed = self.chance.randrange(2**32)
            (folder / f"{each}.jpg").write_bytes(photo("JPEG", scenery(400, 300, seed)))
        return folder

    def new_noise(self, name: str, number: int, size: int) -> Path:
        """Return a folder of new files that begin as films do and are none: they are soon set aside."""
        folder = self.folder / name
        folder.mkdir()
        head = box(b"ftyp", b"isom\0\0\0\0isom")
        for each in range(number):
            (folder / f"{each}.mp4").write_bytes(head + self.chance.randbytes(size))
        return folder

    def send(self, folder: Path, *, piece: int = sending.PIECE, parallel: int = 3) -> list[dict[str, Any]]:
        """Hand a folder in by `icse-upload`, over the line, and return the report's files."""
        report = folder.with_suffix(".json")
        words = [str(folder), "--server", self.line.url, "--report", str(report), "--quiet", "--new"]
        os.environ["ICSE_TOKEN"] = self.token
        sending.PIECE, before = piece, sending.PIECE  # type: ignore[misc]
        try:
            code = main([*words, "--parallel", str(parallel)])
        finally:
            sending.PIECE = before  # type: ignore[misc]
        files: list[dict[str, Any]] = json.loads(report.read_text())["files"]
        assert code == DONE, files
        return files

    def settle(self, outcome: Outcome, folder: Path) -> None:
        """Wait until all of a folder is analyzed, and count what is lost, doubled or set aside."""
        self.platform.wait_until_analyzed(600)
        sent = {
            f"{folder.name}/{file.name}": hashlib.sha256(file.read_bytes()).hexdigest()
            for file in folder.iterdir()
        }
        rows = [row for row in self.platform.rows(_STORED) if row[0] in sent]
        times = Counter(path for path, _, _ in rows)
        right = {path for path, digest, _ in rows if digest == sent[path] and self._is_stored(digest)}
        materials = [material for _, _, material in rows]
        aside = {row[0] for row in self.platform.rows(_SET_ASIDE, materials)}
        effects = {row[0]: row[1:] for row in self.platform.rows(_EFFECTS, materials)}
        outcome.files += len(sent)
        outcome.lost += len(sent.keys() - right)
        outcome.doubled += sum(number - 1 for number in times.values())
        for material in set(materials) - aside:
            outcome.lost += any(got < due for got, due in zip(effects[material][:3], _ONCE[:3], strict=True))
            outcome.doubled += any(got > due for got, due in zip(effects[material], _ONCE, strict=True))
        outcome.set_aside += len(aside)

    def _is_stored(self, digest: str) -> bool:
        """Read a file of the store anew and tell whether it is what its name says."""
        found = list((self.folder / "data" / "evidence").glob(f"originals/**/{digest}"))
        return len(found) == 1 and hashlib.sha256(found[0].read_bytes()).hexdigest() == digest

    def kill(self, word: str, number: int = signal.SIGKILL) -> None:
        """Send a service and its group a signal, and wait until the launcher has started it again."""
        pid = self.platform.service(word)
        with suppress(ProcessLookupError):
            os.killpg(pid, number)
        self.platform.wait_until(lambda: self._is_there(word, pid), 60)

    def _is_there(self, word: str, former: int) -> bool:
        try:
            return self.platform.service(word) != former
        except (StopIteration, FileNotFoundError, ProcessLookupError):
            return False

    @contextmanager
    def beside(self, fault: Callable[[], object], *, every: float, times: int) -> Iterator[list[float]]:
        """Let a fault happen again and again while the block works; yield the seconds that each one took."""
        took: list[float] = []
        is_over = Event()

        def happen() -> None:
            while len(took) < times and not is_over.wait(every):
                began = time.monotonic()
                fault()
                took.append(time.monotonic() - began)

        thread = Thread(target=happen, daemon=True)
        thread.start()
        yield took
        is_over.set()
        thread.join(120)
