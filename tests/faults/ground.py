"""A whole installation to break, and what must be true of it afterwards."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
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
from exchange.client.platform import Refused, Unreached
from tests.functional.exchange.line import BadLine
from tests.functional.stack.platform import Platform
from tests.hostile.made import photo, scenery
from tests.hostile.videos import box
from tests.launcher import Launcher, free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ANALYST: Final = "ines@norland.example"
_MEBIBYTE: Final = 1024 * 1024
_SECONDS_PER_FILE: Final = 10  # that analyses may take, while things break

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

    def __init__(self, seed: int, *, volumes: Mapping[str, int] | None = None) -> None:
        """Start it; `volumes` are folders of its data with file systems of their own, by size in MiB."""
        self.folder = Path(tempfile.mkdtemp(prefix="faults-"))
        self.folder.chmod(0o711)  # the database's account passes through
        self._mounted = [self._mount(name, size) for name, size in (volumes or {}).items()]
        self.launcher = Launcher(
            self.folder / "data",
            free_port(),
            DEMO="yes",
            WORKER_CORES="2",
            HTTPS="no",
            DECODER_SANDBOX="best",
            STORAGE_RESERVE_MB="1",
        )
        self.platform = Platform(self.launcher)
        self.platform.wait_until_analyzed()
        self.token = self.platform.token(ANALYST)
        self.api = Api(self.platform.url, self.token, lanes=4)
        self.line = BadLine(self.launcher.port, seed=seed)
        self.chance = random.Random(seed)
        self._folders = 0
        self._sent_before = 0

    def close(self) -> None:
        """Stop everything and leave nothing."""
        self.line.close()
        if self.launcher.process.poll() is None:
            self.launcher.stop()
        for place in reversed(self._mounted):
            subprocess.run(["umount", "--lazy", str(place)], check=True)  # noqa: S607
        shutil.rmtree(self.folder)

    def _mount(self, name: str, size: int) -> Path:
        place = self.folder / "data" / name
        place.mkdir(mode=0o711, parents=True)
        place.parent.chmod(0o711)
        options = f"size={size}m,mode=0711"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], check=True)  # noqa: S607
        return place

    @contextmanager
    def filled(self, name: str, *, left: int) -> Iterator[None]:
        """Fill one of the volumes for the block, but for so many bytes."""
        place = self.folder / "data" / name
        filler = place / "filler"
        with filler.open("wb") as stream:
            for _ in range((shutil.disk_usage(place).free - left) // _MEBIBYTE):
                stream.write(bytes(_MEBIBYTE))
        try:
            yield
        finally:
            filler.unlink()

    @contextmanager
    def traced(self, word: str, *arguments: str) -> Iterator[Path]:
        """Trace a service by strace for the block, and yield where what it wrote will be."""
        log = self.folder / f"trace-{time.monotonic_ns()}"
        command = ["strace", "-f", "-qq", "-p", str(self.platform.service(word)), "-o", str(log), *arguments]
        with subprocess.Popen(command) as tracer:
            self.platform.wait_until(log.exists, 30)
            time.sleep(1)  # until it has taken hold of every thread
            try:
                yield log
            finally:
                tracer.send_signal(signal.SIGINT)

    def has_moved(self, size: int) -> bool:
        """Tell whether so many bytes went over the line since this was last true."""
        if self.line.sent - self._sent_before < size:
            return False
        self._sent_before = self.line.sent
        return True

    def new_folder(self, name: str, number: int) -> Path:
        """Return a folder of photos that the platform has not met."""
        folder = self._new(name)
        for each in range(number):
            seed = self.chance.randrange(2**32)
            (folder / f"{each}.jpg").write_bytes(photo("JPEG", scenery(400, 300, seed)))
        return folder

    def new_noise(self, name: str, number: int, size: int) -> Path:
        """Return a folder of new files that begin as films do and are none: they are soon set aside."""
        folder = self._new(name)
        head = box(b"ftyp", b"isom\0\0\0\0isom")
        for each in range(number):
            with (folder / f"{each}.mp4").open("wb") as stream:
                stream.write(head)
                for written in range(0, size, _MEBIBYTE):
                    stream.write(self.chance.randbytes(min(_MEBIBYTE, size - written)))
        return folder

    def _new(self, name: str) -> Path:
        self._folders += 1
        folder = self.folder / f"{name}-{self._folders}"
        folder.mkdir()
        return folder

    def send(self, folder: Path, *, piece: int = sending.PIECE, parallel: int = 3) -> list[dict[str, Any]]:
        """Hand a folder in by `icse-upload`, over the line, and return the report's files."""
        code, files = self.try_to_send(folder, "--new", "--parallel", str(parallel), piece=piece)
        assert code == DONE, files
        return files

    def try_to_send(
        self, folder: Path, *words: str, piece: int = sending.PIECE
    ) -> tuple[int, list[dict[str, Any]]]:
        """Do so as far as it goes, and return the exit code and the report's files; again, it goes on."""
        report = folder.with_suffix(".json")
        os.environ["ICSE_TOKEN"] = self.token
        sending.PIECE, before = piece, sending.PIECE  # type: ignore[misc]
        try:
            code = main([str(folder), "--server", self.line.url, "--report", str(report), "--quiet", *words])
        finally:
            sending.PIECE = before  # type: ignore[misc]
        return code, json.loads(report.read_text())["files"] if report.exists() else []

    def settle(self, outcome: Outcome, folder: Path) -> None:
        """Wait until all of a folder is analyzed, and count what is lost, doubled or set aside."""
        files = list(folder.iterdir())
        self.platform.wait_until_analyzed(600 + _SECONDS_PER_FILE * len(files))
        sent = {f"{folder.name}/{file.name}": hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
        rows = [row for row in self.platform.rows(_STORED) if row[0] in sent]
        times = Counter(path for path, _, _ in rows)
        right = {path for path, digest, pk in rows if digest == sent[path] and self._digest_of(pk) == digest}
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

    def _digest_of(self, material: str) -> str:
        """Take an original out, as officers do, and return the digest of what came; nothing if none did."""
        try:
            place = f"/api/v1/materials/{material}/original/"
            answer = self.api.ask("POST", place, told={"reason": "drill of faults"})
        except (Refused, Unreached):
            return ""
        return hashlib.sha256(answer.data).hexdigest()

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
    def beside(
        self,
        fault: Callable[[], object],
        *,
        every: float,
        times: int,
        is_due: Callable[[], bool] = lambda: True,
    ) -> Iterator[list[float]]:
        """Let a fault happen again and again while the block works; yield the seconds that each one took."""
        took: list[float] = []
        is_over = Event()

        def happen() -> None:
            while len(took) < times and not is_over.wait(every):
                if not is_due():
                    continue
                began = time.monotonic()
                fault()
                took.append(time.monotonic() - began)

        thread = Thread(target=happen, daemon=True)
        thread.start()
        yield took
        is_over.set()
        thread.join(120)
