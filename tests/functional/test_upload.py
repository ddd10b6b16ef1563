"""Uploading in a browser: folders, drops, refusals, broken connections, and many files."""

from base64 import b64decode, b64encode
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route, expect
from pytest_django.live_server_helper import LiveServer

from evidence.models import CustodyEvent, Submission
from evidence.uploads.models import Batch, Upload
from media_analysis.services.archives import Unpacking, unpack
from tests.cast import Cast
from tests.functional.conftest import OpenPage, sign_in
from tests.hostile.archives import zipped

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

# A drop of a folder with two files, of which one cannot be read, and of a folder that cannot be listed.
_DROP_WITH_GAPS = """([content]) => {
    const refused = (take, fail) => fail(new DOMException("", "NotReadableError"));
    const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
    const whole = { isFile: true, name: "2.gif", fullPath: "/drive/2.gif",
        file: (take) => take(new File([bytes], "2.gif")) };
    const closed = { isFile: true, name: "10.gif", fullPath: "/drive/10.gif", file: refused };
    const listed = [[closed, whole], []];
    const drive = { name: "drive", fullPath: "/drive",
        createReader: () => ({ readEntries: (take) => take(listed.shift()) }) };
    const locked = { name: "locked", fullPath: "/locked",
        createReader: () => ({ readEntries: refused }) };
    const entries = [locked, drive];
    DataTransferItem.prototype.webkitGetAsEntry = () => entries.shift();
    const carried = new DataTransfer();
    for (const name of ["a", "b"]) carried.items.add(new File([name], name));
    document.body.dispatchEvent(
        new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""

# The browser does not tell how long a body is that it reads from a file.
_TELL_SIZES = """() => {
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function (body) {
        if (body) this.setRequestHeader("X-Size", body.size);
        send.call(this, body);
    };
}"""

# Whatever is asked in the first seconds is hashed at the end of them.
_HASH_SLOWLY = """() => {
    const post = Worker.prototype.postMessage;
    const until = performance.now() + 3000;
    Worker.prototype.postMessage = function (told) {
        setTimeout(() => post.call(this, told), Math.max(0, until - performance.now()));
    };
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


def _pass_time_until(page: Page, words: str) -> None:
    """Let the page's clock run, which waits longer after each failure, until it says so."""
    sentence = page.locator("[data-upload-sentence]")
    for _ in range(100):
        page.clock.run_for(5000)
        page.wait_for_timeout(
            20
        )  # which the browser needs for what it was asked to do, whatever its clock says
        if words in (sentence.text_content() or ""):
            return
    expect(sentence).to_contain_text(words)


def _cut_after_first_piece() -> Callable[[Route], None]:
    """Let one piece of a file through that has more of them, and no further one."""
    seen: set[str] = set()

    def answer(route: Route) -> None:
        request = route.request
        is_later = request.method == "PATCH" and request.headers.get("upload-offset") != "0"
        if is_later or (request.url in seen and request.method == "HEAD"):
            seen.add(request.url)
            route.abort()
        else:
            route.continue_()

    return answer


def _wait_until_arrived(page: Page, offset: int) -> None:
    """Wait until so much of the only unfinished file has arrived."""
    for _ in range(400):
        if Upload.objects.filter(state="open", offset=offset).exists():
            return
        page.wait_for_timeout(50)
    pytest.fail(f"It never came to {offset} bytes.")


def _sign_in_anew(route: Route, cast: Cast, url: str) -> None:
    """Leave the page, between opening an upload and sending, with the token of a former session."""
    context = route.request.frame.page.context
    context.clear_cookies()
    sign_in(context, cast.owner, url)
    route.continue_()


def _note_method(methods: list[str], request: Request) -> None:
    methods.append(request.method)


def _close(page: Page) -> None:
    page.unroute_all(behavior="ignoreErrors")
    page.close(run_before_unload=False)


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
    page.clock.install()
    page.route("**/api/v1/uploads/**", lambda route: route.abort())
    page.locator("[data-upload-folder]").set_input_files(folder)
    _start(page)
    _pass_time_until(page, "3 files could not be sent")
    assert not Submission.objects.exists()

    page.unroute("**/api/v1/uploads/**")
    page.locator("[data-upload-retry]").click()

    _pass_time_until(page, "2 files arrived. 1 file was refused")


@pytest.mark.parametrize("answer", [lambda route: route.abort(), lambda route: route.fulfill(status=503)])
def test_broken_line_holds_all_files_until_it_is_back(
    open_page: OpenPage, seen_cast: Cast, folder: Path, answer: Callable[[Route], None]
) -> None:
    page = open_page(seen_cast.owner, "/upload/")
    page.clock.install()
    page.locator("[data-upload-folder]").set_input_files(folder)
    page.route("**/api/v1/uploads/**", answer)
    page.route("**/upload/sheet/", answer)
    _start(page)
    _pass_time_until(page, "The connection is broken; sending goes on once it is back. 0 of 3 files sent.")
    page.clock.run_for(60_000)
    _sentence(page, "The connection is broken")
    expect(page.locator("[data-upload-retry]")).to_be_hidden()
    expect(page.locator("[data-upload-pause]")).to_have_text("Pause")

    page.unroute_all()

    _pass_time_until(page, "2 files arrived. 1 file was refused")


def test_who_is_signed_out_goes_on_after_signing_in_again(
    open_page: OpenPage, seen_cast: Cast, folder: Path, live_server: LiveServer
) -> None:
    def sign_out(route: Route) -> None:
        page.context.clear_cookies()
        route.continue_()

    page = open_page(seen_cast.owner, "/upload/")
    page.clock.install()
    page.locator("[data-upload-folder]").set_input_files(folder)
    page.route("**/api/v1/uploads/", sign_out)
    _start(page)
    _sentence(
        page, "You are signed out. Sign in again in another tab; sending then goes on. 0 of 3 files sent."
    )
    page.unroute_all()

    page.evaluate("htmx.ajax('get', '/materials/', '#main')")
    expect(page.get_by_role("navigation")).to_have_count(0)
    page.route("**/upload/sheet/", lambda route: route.abort())
    _pass_time_until(page, "The connection is broken")
    expect(page.get_by_text("first.gif")).to_have_count(0)
    page.unroute_all()
    sign_in(page.context, seen_cast.owner, live_server.url)

    _pass_time_until(page, "2 files arrived. 1 file was refused")


def test_session_that_ends_during_a_pause_is_not_the_end_of_the_pause(
    open_page: OpenPage, seen_cast: Cast, folder: Path, live_server: LiveServer
) -> None:
    page = open_page(seen_cast.owner, "/upload/")
    page.clock.install()
    page.locator("[data-upload-folder]").set_input_files(folder)
    page.route("**/api/v1/uploads/", lambda _: None)
    _start(page)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("first.gif")).to_be_visible()

    page.context.clear_cookies()
    page.evaluate("htmx.ajax('get', '/materials/', '#main')")
    _sentence(page, "You are signed out.")
    expect(page.get_by_text("first.gif")).to_have_count(0)
    sign_in(page.context, seen_cast.owner, live_server.url)

    _pass_time_until(page, "Paused: 0 of 3 files sent.")
    expect(page.get_by_text("first.gif")).to_be_visible()
    page.unroute_all()
    page.get_by_role("button", name="Go on").click()
    _pass_time_until(page, "2 files arrived. 1 file was refused")


def test_session_renewed_in_another_tab_holds_up_nothing(
    open_page: OpenPage, seen_cast: Cast, folder: Path, live_server: LiveServer
) -> None:
    page = open_page(seen_cast.owner, "/upload/")
    page.locator("[data-upload-folder]").set_input_files(folder)
    statuses: list[int] = []
    page.on("response", lambda each: statuses.append(each.status) if "/v1/uploads/" in each.url else None)
    page.route("**/tus.min.js", lambda route: _sign_in_anew(route, seen_cast, live_server.url))
    _start(page)

    _sentence(page, "2 files arrived. 1 file was refused")
    assert 403 in statuses


def test_who_may_not_send_is_told_so_once(open_page: OpenPage, seen_cast: Cast, folder: Path) -> None:
    page = open_page(seen_cast.owner, "/upload/")
    told = {"error": {"message": "Your role does not allow this."}}
    page.locator("[data-upload-folder]").set_input_files(folder)
    page.route("**/api/v1/uploads/", lambda route: route.fulfill(status=403, json=told))
    _start(page)

    _sentence(page, "Your role does not allow this. 0 of 3 files sent.")
    expect(page.get_by_role("button", name="Go on")).to_be_visible()


def test_pause_while_a_file_is_hashed_sends_it_once(
    open_page: OpenPage, seen_cast: Cast, tmp_path: Path
) -> None:
    film = tmp_path / "film.gif"
    film.write_bytes(PICTURE + b"film")
    page = open_page(seen_cast.owner, "/upload/")
    page.evaluate(_HASH_SLOWLY)
    methods: list[str] = []
    page.on("request", lambda each: methods.append(each.method) if "/v1/uploads/" in each.url else None)
    page.locator("[data-upload-files]").set_input_files(film)
    _start(page)
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Go on").click()

    _sentence(page, "1 file arrived.")
    assert methods.count("POST") == 1


def test_no_room_is_said_once_and_tried_again(open_page: OpenPage, seen_cast: Cast, folder: Path) -> None:
    page = open_page(seen_cast.owner, "/upload/")
    page.clock.install()
    page.locator("[data-upload-folder]").set_input_files(folder)
    told = {"error": {"message": "The store is full: tell the secretariat."}}
    page.route("**/api/v1/uploads/", lambda route: route.fulfill(status=507, json=told))
    _start(page)
    _pass_time_until(page, "The store is full: tell the secretariat. It is tried again every minute.")
    page.unroute_all()

    _pass_time_until(page, "2 files arrived. 1 file was refused")


def test_file_whose_disk_was_taken_away_holds_up_no_other(
    open_page: OpenPage, seen_cast: Cast, tmp_path: Path
) -> None:
    gone, there = tmp_path / "gone.gif", tmp_path / "there.gif"
    for file in (gone, there):
        file.write_bytes(PICTURE + file.name.encode())
    page = open_page(seen_cast.owner, "/upload/")
    page.locator("[data-upload-files]").set_input_files([gone, there])
    gone.unlink()
    _start(page)

    _sentence(page, "1 file arrived. 1 file could not be sent.")
    expect(page.locator("[data-upload-rows]")).to_contain_text("It cannot be read here")


def test_what_cannot_be_read_of_a_drop_is_told_and_not_left_out(open_page: OpenPage, seen_cast: Cast) -> None:
    page = open_page(seen_cast.owner, "/upload/")
    page.evaluate(_DROP_WITH_GAPS, [b64encode(PICTURE).decode()])
    expect(page.locator("[data-upload-chosen]")).to_contain_text("3 files")
    _start(page)

    _sentence(page, "1 file arrived. 2 files could not be sent.")

    rows = page.locator("[data-upload-rows] li")
    expect(rows.filter(has_text="drive/10.gif")).to_contain_text("It cannot be read here")
    expect(rows.filter(has_text="locked/")).to_contain_text("It cannot be read here")
    assert Submission.objects.get().source_path == "drive/2.gif"


def test_files_go_in_the_order_of_their_paths(open_page: OpenPage, seen_cast: Cast, tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    for name in ("10.gif", "9.gif", "a.gif", "1.gif"):
        (drive / name).write_bytes(PICTURE)
    page = open_page(seen_cast.owner, "/upload/")
    page.locator("[data-upload-folder]").set_input_files(drive)
    page.route("**/api/v1/uploads/", lambda _: None)
    _start(page)

    names = page.locator("[data-upload-rows] .upload-name")
    expect(names).to_have_text(["drive/1.gif", "drive/9.gif", "drive/10.gif", "drive/a.gif"])


def test_large_file_gets_through_a_line_that_breaks_large_pieces(
    open_page: OpenPage, seen_cast: Cast, tmp_path: Path
) -> None:
    """A proxy that keeps pieces until they are whole loses those that break off."""
    film = tmp_path / "film.gif"
    film.write_bytes(PICTURE + bytes(9 * 1024 * 1024))
    sizes: list[int] = []

    def answer(route: Route) -> None:
        size = int(route.request.headers.get("x-size", "0"))
        if route.request.method == "PATCH":
            sizes.append(size)
        if size > 1024 * 1024:
            route.abort("connectionreset")
        else:
            route.continue_()

    page = open_page(seen_cast.owner, "/upload/")
    page.evaluate(_TELL_SIZES)
    page.route("**/api/v1/uploads/*/", answer)
    page.locator("[data-upload-files]").set_input_files(film)
    _start(page)

    _sentence(page, "1 file arrived.")
    mebibyte = 1024 * 1024
    assert sizes[:6] == [8 * mebibyte, 2 * mebibyte, *[mebibyte // 2] * 4]
    assert sizes[6] == mebibyte
    assert Submission.objects.get().material.size == film.stat().st_size


def test_file_goes_on_where_it_stopped(open_page: OpenPage, seen_cast: Cast, tmp_path: Path) -> None:
    """On another day, in another browser: the server knows what has arrived."""
    film = tmp_path / "film.gif"
    film.write_bytes(PICTURE + bytes(20 * 1024 * 1024))
    other = tmp_path / "other.gif"
    other.write_bytes(PICTURE + b"other")
    page = open_page(seen_cast.owner, "/upload/")
    page.route("**/api/v1/uploads/*/", _cut_after_first_piece())
    page.locator("[data-upload-files]").set_input_files([film, other])
    _start(page)
    expect(page.locator("[data-upload-rows]")).to_contain_text("New", timeout=20_000)
    _wait_until_arrived(page, 8 * 1024 * 1024)
    page.locator("[data-upload-pause]").click()
    _sentence(page, "Paused: 1 of 2 files sent")
    _close(page)

    page = open_page(seen_cast.owner, "/upload/")
    expect(page.get_by_text("1 of 2 files")).to_be_visible()
    page.get_by_role("link", name="Continue").click()
    pieces: list[str] = []
    page.on("request", lambda request: pieces.append(request.method) if "/uploads/" in request.url else None)
    page.locator("[data-upload-files]").set_input_files([film, other])
    _start(page)

    _sentence(page, "2 files arrived.")
    assert pieces.count("PATCH") == 2
    assert "POST" not in pieces
    assert Submission.objects.count() == 2
    page.reload()
    expect(page.get_by_text("This upload is not finished")).to_have_count(0)


def test_file_of_the_own_country_is_not_sent_again(
    open_page: OpenPage, seen_cast: Cast, tmp_path: Path
) -> None:
    film = tmp_path / "film.gif"
    film.write_bytes(PICTURE + bytes(3 * 1024 * 1024))
    for times, verdict in enumerate(("New", "Known to your country"), start=1):
        page = open_page(seen_cast.owner, "/upload/")
        pieces: list[str] = []
        page.on("request", partial(_note_method, pieces))
        page.locator("[data-upload-files]").set_input_files(film)
        _start(page)
        expect(page.locator("[data-upload-rows]")).to_contain_text(verdict, timeout=20_000)
        assert ("PATCH" in pieces) is (times == 1)

    assert Submission.objects.count() == 2
    assert CustodyEvent.objects.filter(kind="declared").count() == 1


def test_archive_arrives_and_is_unpacked_behind_it(
    open_page: OpenPage, seen_cast: Cast, tmp_path: Path
) -> None:
    archive = tmp_path / "phone.zip"
    archive.write_bytes(zipped({"DCIM/room.gif": PICTURE, "notes.txt": b"hello " * 99}))
    page = open_page(seen_cast.owner, "/upload/")
    page.locator("[data-upload-files]").set_input_files(archive)
    _start(page)
    _sentence(page, "1 file arrived.")
    expect(page.get_by_text("1 to unpack")).to_be_visible()
    page.get_by_role("link", name="See the analysis").click()
    expect(page.locator("#batch")).to_contain_text("1 archive is being unpacked")
    expect(page.get_by_text("0 files")).to_have_count(0)

    assert unpack(Upload.objects.get().pk) == Unpacking.DONE

    expect(page.locator("#batch")).to_contain_text("phone.zip/DCIM/room.gif", timeout=10_000)
    expect(page.get_by_role("region", name="Refused")).to_contain_text("phone.zip/notes.txt")
    expect(page.locator("#batch")).not_to_contain_text("being unpacked")


def test_upload_that_was_ended_is_no_longer_offered(
    open_page: OpenPage, seen_cast: Cast, folder: Path
) -> None:
    page = open_page(seen_cast.owner, "/upload/")
    page.route("**/api/v1/uploads/", lambda route: route.abort())
    page.locator("[data-upload-folder]").set_input_files(folder)
    _start(page)
    page.locator("[data-upload-pause]").click()
    page = open_page(seen_cast.owner, "/upload/")

    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="End the upload").click()
    assert Batch.objects.get().ended_at is None
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="End the upload").click()

    expect(page.get_by_text("The upload was ended")).to_be_visible()
    expect(page.get_by_text("Your unfinished uploads")).to_have_count(0)


def test_batch_page_tells_what_was_refused(open_page: OpenPage, seen_cast: Cast, folder: Path) -> None:
    page = open_page(seen_cast.owner, "/upload/")
    page.locator("[data-upload-folder]").set_input_files(folder)
    _start(page)
    _sentence(page, "2 files arrived. 1 file was refused")
    page.get_by_role("link", name="See the analysis").click()

    expect(page.get_by_role("region", name="Refused")).to_contain_text("This looks like a text file")
    with page.expect_download() as download:
        page.get_by_role("link", name="Report as CSV").click()
    report = Path(download.value.path()).read_text(encoding="utf-8")
    assert report.count('"new"') == 2
    assert '"seizure/words.jpg"' in report
    assert '"refused"' in report


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

    def begin(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=201, headers={"Location": "/api/v1/uploads/1/", "Tus-Resumable": "1.0.0"})
        else:
            answer = {"Upload-Offset": "1", "Icse-Verdict": "new", "Tus-Resumable": "1.0.0"}
            route.fulfill(status=204, headers=answer)

    page = open_page(seen_cast.owner, "/upload/")
    page.route("**/api/v1/uploads/**", begin)
    page.evaluate(_CHOOSE_MANY, 20_000)
    _start(page)
    _sentence(page, "of 20000 files sent")

    assert page.locator("[data-upload-rows] li").count() < 200
    page.locator("[data-upload-pause]").click()
    _sentence(page, "Paused:")
