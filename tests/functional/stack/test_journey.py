"""An officer's way through the screens, from the first sign-in to finding a picture again."""

from io import BytesIO
from pathlib import Path
from typing import Final

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from icse.demo import pictures
from tests.functional.stack import photos
from tests.functional.stack.conftest import OpenAs, sign_in, sign_out
from tests.functional.stack.platform import NEWCOMER, OWN_PASSWORD, PASSER_BY, Platform

pytestmark = pytest.mark.slow

ANALYST: Final = "ines@norland.example"
PARTNER: Final = "marta@sundria.example"
WORKED_OUT: Final = 120_000  # milliseconds that an analysis may take on a busy machine


def _open_material(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_url("**/materials/*-*/**")


def test_one_time_password_leads_to_a_password_of_ones_own(open_as: OpenAs, platform: Platform) -> None:
    page = open_as(None, "/materials/")
    page.get_by_label("E-mail address").fill(NEWCOMER)
    page.get_by_label("Password").fill(platform.passwords[NEWCOMER])
    page.keyboard.press("Enter")
    page.get_by_label("Present password").wait_for()
    page.goto("/materials/")
    expect(page.get_by_role("heading", name="Choose a password of your own")).to_be_visible()

    page.get_by_label("Present password").fill(platform.passwords[NEWCOMER])
    page.get_by_label("New password", exact=True).fill(OWN_PASSWORD)
    page.get_by_label("New password again").fill(OWN_PASSWORD)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Your password was changed.")).to_be_visible()

    page.goto("/materials/")
    expect(page.get_by_role("heading", name="Material")).to_be_visible()


def test_signing_out_closes_every_page(open_as: OpenAs, platform: Platform) -> None:
    page = open_as(None, "/")
    sign_in(page, PASSER_BY, platform.passwords[PASSER_BY])
    page.get_by_label("Present password").wait_for()

    sign_out(page)
    page.goto("/materials/")

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.fixture
def seizure(folder: Path) -> Path:
    """Fill a folder with three versions of one photo and a text that is named a photo."""
    room = photos.room(201, "leaf")
    (folder / "phone").mkdir()
    (folder / "phone" / "upright.jpg").write_bytes(pictures.photo(room))
    (folder / "phone" / "flipped.jpg").write_bytes(pictures.mirrored(room))
    (folder / "passed-on.jpg").write_bytes(pictures.framed_with_caption(room, "passed on"))
    (folder / "words.jpg").write_text("no picture at all", encoding="utf-8")
    return folder


@pytest.mark.usefixtures("analyzed")
def test_folder_is_uploaded_analyzed_and_stacked(open_as: OpenAs, seizure: Path) -> None:
    page = open_as(ANALYST, "/upload/")
    page.locator("[data-upload-folder]").set_input_files(seizure)
    page.locator("[data-upload-start]").click()
    expect(page.locator("[data-upload-sentence]")).to_contain_text("3 files arrived. 1 file was refused")
    expect(page.locator("[data-upload-rows]")).to_contain_text("This looks like a text file")
    expect(page.get_by_text("3 new", exact=True)).to_be_visible()

    page.get_by_role("link", name="See the analysis").click()
    expect(page.get_by_text("All 3 files are analyzed.")).to_be_visible(timeout=WORKED_OUT)

    page.goto("/materials/")
    stack = page.locator("[data-tile]").filter(has_text="3 copies")
    expect(stack).to_have_count(1)
    expect(stack).to_contain_text(".jpg")


@pytest.mark.usefixtures("analyzed")
def test_decision_by_key_survives_reload_and_another_matching(open_as: OpenAs, platform: Platform) -> None:
    page = open_as(ANALYST, "/materials/")
    _open_material(page, "BURST_000.jpg")
    line = page.locator(".line").filter(has_text="BURST_001.jpg")
    line.locator(".line-title").click()
    page.wait_for_url("**/matches/**")
    address = page.url
    expect(page.locator("[data-compare] svg[data-picture]")).to_have_count(2)
    assert page.locator("circle.drawn-point").count() > 10
    expect(page.get_by_text("points agree").first).to_be_visible()

    page.keyboard.press("s")
    expect(page).not_to_have_url(address)  # what follows depends on what else waits
    page.goto(address)
    page.reload()
    expect(page.get_by_text("Your country: same")).to_be_visible()

    _match_again(platform, "BURST_000.jpg")
    page.reload()
    expect(page.get_by_text("Your country: same")).to_be_visible()


def _match_again(platform: Platform, file_name: str) -> None:
    """Let the machines forget that they are done with a file, and wait until they are again."""
    platform.rows(
        "UPDATE media_analysis_pipelinerun SET state = 'received', started_at = NULL,"
        " queued_at = now() - interval '1 minute' WHERE material_id IN"
        " (SELECT material_id FROM evidence_submission WHERE file_name = %s)",
        file_name,
    )
    waiting = "SELECT count(*) FROM media_analysis_pipelinerun WHERE state NOT IN ('done', 'quarantined')"
    platform.wait_until(lambda: platform.rows(waiting) == [(0,)])


@pytest.mark.usefixtures("analyzed")
def test_series_is_made_of_a_selection(open_as: OpenAs) -> None:
    page = open_as(ANALYST, "/materials/")
    for name in ("BURST_000.jpg", "clip-03.mp4"):
        page.locator(f"[data-tile][aria-label='{name}'] input[type=checkbox]").check()
    expect(page.locator("[data-selection-count]")).to_have_text("2")
    page.get_by_label("Name of a new series").fill("Rooms with wallpaper")
    page.get_by_role("button", name="Make a series").click()

    expect(page.get_by_role("heading", name="Rooms with wallpaper")).to_be_visible()
    expect(page.locator("[data-tile]")).to_have_count(2)
    page.goto("/series/")
    expect(page.get_by_role("link", name="Rooms with wallpaper").first).to_be_visible()


@pytest.mark.usefixtures("analyzed")
def test_part_drawn_on_a_picture_finds_where_else_it_is_seen(open_as: OpenAs) -> None:
    page = open_as(ANALYST, "/materials/")
    _open_material(page, "S40_20260320_094107.jpg")
    page.keyboard.press("c")
    picture = page.locator("svg[data-picture]").bounding_box()
    assert picture is not None
    page.mouse.move(picture["x"] + picture["width"] * 0.2, picture["y"] + picture["height"] * 0.1)
    page.mouse.down()
    page.mouse.move(picture["x"] + picture["width"] * 0.7, picture["y"] + picture["height"] * 0.6, steps=5)
    page.mouse.up()
    page.get_by_role("button", name="Search with this part").click()

    first = page.locator("[data-tile]").first
    expect(first).to_contain_text("points agree", timeout=60_000)
    expect(first).to_contain_text("6 copies")
    assert "picture=" in page.url


@pytest.mark.usefixtures("analyzed")
def test_cut_out_picture_finds_its_source_first(open_as: OpenAs, folder: Path) -> None:
    page = open_as(ANALYST, "/materials/")
    _open_material(page, "BURST_000.jpg")
    shown = page.request.get(f"{page.url}media/preview/").body()
    Image.open(BytesIO(shown)).crop((300, 200, 1200, 900)).save(folder / "cut.jpg", quality=85)

    page.goto("/search/")
    page.locator("#search-picture").set_input_files(folder / "cut.jpg")
    page.wait_for_url("**/search/?picture=*")

    expect(page.locator("[data-tile]").first).to_contain_text("BURST_00", timeout=60_000)


@pytest.mark.usefixtures("analyzed")
def test_other_country_sees_nothing_that_was_not_shared(open_as: OpenAs, platform: Platform) -> None:
    ((closed, name),) = platform.rows(
        "SELECT material_id::text, file_name FROM evidence_submission WHERE file_name = 'room-flip.jpg'"
    )
    page = open_as(PARTNER, "/materials/")
    expect(page.locator("[data-tile]").first).to_be_visible()
    assert name not in page.content()
    page.goto(f"/search/?q={name}")
    expect(page.locator("[data-tile]")).to_have_count(0)

    missing, forbidden = (page.goto(f"/materials/{material}/") for material in ("0" * 8 + closed[8:], closed))
    assert [answer.status for answer in (missing, forbidden) if answer] == [404, 404]
