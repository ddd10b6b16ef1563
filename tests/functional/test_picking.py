"""Picking in a browser: faces to search with, and copies that go along."""

import pytest
from playwright.sync_api import expect

from media_analysis.models import Face
from tests.cast import Cast
from tests.factories.evidence import submitted
from tests.factories.media_analysis import FaceFactory
from tests.factories.series import make_stack
from tests.functional.conftest import OpenPage


@pytest.fixture
def faces(seen_cast: Cast) -> list[Face]:
    """Return three faces in one photo of the owner, and one like them in another."""
    photo, other = submitted(seen_cast.owner), submitted(seen_cast.owner, file_name="other.jpg")
    made = [
        FaceFactory.create(material=photo, model_id="sface-test", box=[place, 0.2, 0.2, 0.2])
        for place in (0.1, 0.4, 0.7)
    ]
    return [*made, FaceFactory.create(material=other, model_id="sface-test")]


def _asked(address: str) -> list[str]:
    return [part.removeprefix("face=") for part in address.partition("?")[2].split("&")]


def test_faces_are_picked_by_key_and_the_address_holds_them(
    open_page: OpenPage, seen_cast: Cast, faces: list[Face]
) -> None:
    page = open_page(seen_cast.owner, f"/materials/{faces[0].material_id}/?tab=faces")
    for key in ("j", "f", "j", "j", "f"):
        page.keyboard.press(key)
    expect(page.locator("[data-face-count]")).to_have_text("2 faces")

    page.keyboard.press("w")

    page.wait_for_url("**/search/?*")
    assert _asked(page.url) == [str(faces[0].pk), str(faces[2].pk)]
    expect(page.get_by_text("Taken for one person")).to_be_visible()


def test_face_of_a_result_is_picked_by_mouse_and_joins_the_search(
    open_page: OpenPage, seen_cast: Cast, faces: list[Face]
) -> None:
    page = open_page(seen_cast.owner, f"/search/?face={faces[0].pk}")
    page.get_by_role("checkbox", name="Same person").check()

    page.get_by_role("button", name="The same person: search with all").click()

    page.wait_for_url("**/search/?*face=*face=*")
    assert _asked(page.url) == [str(faces[0].pk), str(faces[3].pk)]
    page.get_by_label("Take face 1 back").click()
    page.wait_for_url(f"**/search/?face={faces[3].pk}")


def test_escape_puts_picked_faces_back(open_page: OpenPage, seen_cast: Cast, faces: list[Face]) -> None:
    page = open_page(seen_cast.owner, f"/materials/{faces[0].material_id}/?tab=faces")
    for key in ("j", "f"):
        page.keyboard.press(key)
    expect(page.locator("[data-face-bar]")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.locator("[data-face-bar]")).to_be_hidden()
    expect(page.locator("[data-picked]")).to_have_count(0)


def test_tab_that_arrives_later_is_worked_by_the_same_keys(
    open_page: OpenPage, seen_cast: Cast, faces: list[Face]
) -> None:
    page = open_page(seen_cast.owner, f"/materials/{faces[0].material_id}/")
    page.get_by_role("link", name="Faces").click()
    expect(page.locator("[data-face-pick]")).to_have_count(3)

    page.keyboard.press("j")
    page.keyboard.press("f")

    expect(page.locator("[data-face-count]")).to_have_text("1 face")


def test_selection_says_how_many_copies_go_along(open_page: OpenPage, seen_cast: Cast) -> None:
    make_stack(*(submitted(seen_cast.owner) for _ in range(3)))
    page = open_page(seen_cast.analyst, "/materials/")

    for key in ("j", "x"):
        page.keyboard.press(key)

    expect(page.locator("[data-selection-bar]")).to_contain_text("1 selected with 2 copies")
