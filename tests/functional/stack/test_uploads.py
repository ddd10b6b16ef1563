"""Files on their way through the real servers, over a line that breaks."""

import hashlib
import json
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest

from exchange.client import sending
from exchange.client.command import DONE, main
from tests.functional.exchange.line import BadLine
from tests.functional.stack import photos
from tests.functional.stack.platform import Platform

pytestmark = pytest.mark.slow

ANALYST: Final = "ines@norland.example"
_HANDED_IN: Final = """
    SELECT s.source_path, m.sha256
    FROM evidence_submission AS s JOIN evidence_material AS m ON m.id = s.material_id
"""


def test_folder_arrives_over_a_line_that_breaks(
    platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "over a bad line"
    folder.mkdir()
    monkeypatch.setenv("ICSE_TOKEN", platform.token(ANALYST))
    monkeypatch.setattr(sending, "PIECE", 32 * 1024)
    report = tmp_path / "report.json"
    line = BadLine(int(urlsplit(platform.url).port or 0))
    line.breaks_every = 60_000
    for number in range(12):
        (folder / f"{number}.jpg").write_bytes(photos.photo(500 + number) + bytes(number * 5_000))

    code = main([str(folder), "--server", line.url, "--report", str(report), "--quiet"])
    line.close()

    told = json.loads(report.read_text())["files"]
    rows = platform.rows(_HANDED_IN)
    stored = {path: digest for path, digest in rows if path.startswith(f"{folder.name}/")}
    sent = {f"{folder.name}/{file.name}": file for file in folder.iterdir()}
    assert code == DONE
    assert line.broken > 3
    assert stored == {path: hashlib.sha256(file.read_bytes()).hexdigest() for path, file in sent.items()}
    assert {file["outcome"] for file in told} == {"received"}
