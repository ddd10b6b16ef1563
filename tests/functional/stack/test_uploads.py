"""Files on their way through the real servers, over a line that breaks."""

import hashlib
import json
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from exchange.client import sending
from exchange.client.command import DONE, main
from tests.functional.exchange.line import BadLine
from tests.functional.stack import photos
from tests.functional.stack.conftest import OpenAs, sign_in, sign_out
from tests.functional.stack.platform import Platform

pytestmark = pytest.mark.slow

ANALYST: Final = "ines@norland.example"
OFFICER: Final = "tomas@norland.example"
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


def test_upload_outlives_its_session_and_shows_nothing_meanwhile(
    open_as: OpenAs, platform: Platform, folder: Path
) -> None:
    for officer in (ANALYST, OFFICER):
        open_as(officer, "/account/")  # who has a password of one's own from then on
    (folder / "only.jpg").write_bytes(photos.photo(520))
    page = open_as(None, "/sign-in/")
    sign_in(page, ANALYST)
    page.goto("/upload/")
    page.locator("[data-upload-folder]").set_input_files(folder)
    page.route("**/api/v1/uploads/", lambda _: None)
    page.locator("[data-upload-start]").click()
    sentence = page.locator("[data-upload-sentence]")
    expect(page.get_by_text("only.jpg")).to_be_visible()

    other = page.context.new_page()
    other.goto("/account/")
    sign_out(other)
    expect(sentence).to_contain_text("You are signed out.")
    expect(page.get_by_text("only.jpg")).to_have_count(0)
    expect(page.get_by_role("navigation")).to_have_count(0)
    page.unroute_all()

    sign_in(other, OFFICER)
    expect(sentence).to_contain_text("Somebody else is signed in.", timeout=20_000)
    expect(page.get_by_text("only.jpg")).to_have_count(0)

    sign_out(other)
    sign_in(other, ANALYST)
    expect(sentence).to_have_text("1 file arrived.", timeout=30_000)
    expect(page.get_by_text("only.jpg")).to_be_visible()
