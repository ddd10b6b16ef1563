"""Uploading in a browser: folders, drops, refusals, broken connections, and many files."""

from base64 import b64decode
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from evidence.models import Submission
from tests.cast import Cast
from tests.functional.conftest import OpenPage

# The smallest picture: one pixel as GIF; a byte after its end makes it another file.
PICTURE = b64decode("R0lGODlhAQABAIABAP///wAAACwAAAAAAQABAAACAkQBADs=")

_DROP = """([names]) => {
    const carried = new DataTransfer();
    for (const name of names) carried.items.add(new File([name], name));
    const fire = (kind) => document.body.dispatchEvent(
        new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
    fire("dragover");
    fire("drop");
}"""

_CHOOSE_MANY = """(count) => {
    const carried = new DataTransfer();
    for (let number = 0; number < count; number += 1) carried.items.add(new File(["x"], `${number}.jpg`));
    const input = document.querySelector("[data-upload-files]");
    input.files = carried.files;
    input.dispatchEvent(new Event("change"));
}"""

pytestmark = pytest.mark.usefixtures("valkey_server")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two pictures, one of them deeper, and a text that is named a picture."""
    seizure = tmp_path / "seizure"
    (seizure / "phone").mkdir(parents=True)
    (seizure / "first.gif").write_bytes(PICTURE)
    (seizure / "phone" / "second.gif").write_bytes(PICTURE + b"\0")
    (seizure / "words.jpg").write_text("no picture at all", encoding="utf-8")
    return seizure


def _start(page: Page) -> None:
    page.locator("[data-upload-start]").click()


def _sentence(page: Page, words: str) -> None:
    expect(page.locator("[data-upload-sentence]")).to_contain_text(words, timeout=20_000)


def test_folder_is_uploaded_with_paths_verdicts_and_refusals(
    open_page: OpenPage, seen_cast: Cast, folder: Path
) -> None:
    page = open_page(seen_cast.owner, "/upload/")
    page.get_by_label("Case reference").fill("2026-117")
    page.locator("[data-upload-folder]").set_input_files(folder)
    _start(page)

    _sentence(page, "2 files arrived. 1 file was refused")
    expect(page.locator("[data-upload-rows]")).to_contain_text("This looks like a text file")
    received = Submission.objects.order_by("source_path")
    assert [each.source_path for each in received] == ["seizure/first.gif", "seizure/phone/second.gif"]
    assert {each.case_reference for each in received} == {"2026-117"}

    page.reload()
    expect(page.locator("#batch")).to_contain_text("second.gif")


def test_same_folder_again_is_known(open_page: OpenPage, seen_cast: Cast, folder: Path) -> None:
    for words in ("2 new", "2 known to your country"):
        page = open_page(seen_cast.owner, "/upload/")
        page.locator("[data-upload-folder]").set_input_files(folder)
        _start(page)
        expect(page.get_by_text(words, exact=True)).to_be_visible(timeout=20_000)


def test_drop_on_any_page_opens_the_sheet(open_page: OpenPage, seen_cast: Cast) -> None:
    page = open_page(seen_cast.owner, "/account/")
    page.evaluate(_DROP, [["a.txt", "b.txt"]])

    expect(page.locator("dialog[open] [data-upload-chosen]")).to_contain_text("2 files")
    _start(page)
    _sentence(page, "2 files were refused")


def test_broken_connection_is_tried_again(open_page: OpenPage, seen_cast: Cast, folder: Path) -> None:
    page = open_page(seen_cast.owner, "/upload/")
    page.route("**/api/v1/submissions/", lambda route: route.abort())
    page.locator("[data-upload-folder]").set_input_files(folder)
    _start(page)
    _sentence(page, "3 files could not be sent")
    assert not Submission.objects.exists()

    page.unroute("**/api/v1/submissions/")
    page.locator("[data-upload-retry]").click()

    _sentence(page, "2 files arrived. 1 file was refused")


def test_report_makes_no_formula_of_a_file_name(open_page: OpenPage, seen_cast: Cast, tmp_path: Path) -> None:
    trap = tmp_path / "=cmd.gif"
    trap.write_bytes(PICTURE)
    page = open_page(seen_cast.owner, "/upload/")
    page.locator("[data-upload-files]").set_input_files(trap)
    _start(page)
    _sentence(page, "1 file arrived.")

    with page.expect_download() as download:
        page.locator("[data-upload-report]").click()

    assert '"\'=cmd.gif"' in Path(download.value.path()).read_text(encoding="utf-8")


def test_twenty_thousand_files_keep_the_page_responsive(open_page: OpenPage, seen_cast: Cast) -> None:
    """The answers come from the test: what is measured is the page."""

    def answer(route: Route) -> None:
        route.fulfill(status=201, json={"verdict": "new", "id": "", "material": {}})

    page = open_page(seen_cast.owner, "/upload/")
    page.route("**/api/v1/submissions/", answer)
    page.evaluate(_CHOOSE_MANY, 20_000)
    _start(page)
    _sentence(page, "of 20000 files sent")

    assert page.locator("[data-upload-rows] li").count() < 200
    page.locator("[data-upload-stop]").click()
    _sentence(page, "could not be sent")
