"""The frame in a browser: keys, eyes, grid, menus, narrow screens, accessibility."""

import re
from base64 import b64decode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from evidence.models import Material
from tests.cast import Cast
from tests.factories.accounts import PASSWORD, OfficerFactory
from tests.factories.evidence import DerivativeFactory, submitted
from tests.functional.conftest import OpenPage
from tests.kept import kept_derivative

# One white and one black pixel, which stand for the blurred and the sharp derivative.
BLURRED = b64decode("R0lGODlhAQABAIABAP///wAAACwAAAAAAQABAAACAkQBADs=")
SHARP = b64decode("R0lGODlhAQABAIABAAAAAP///ywAAAAAAQABAAACAkQBADs=")


@pytest.fixture
def photos(seen_cast: Cast) -> list[Material]:
    """Return three photos of the owner with derivatives to look at."""
    made = [submitted(seen_cast.owner, file_name=f"photo {number}.jpg") for number in range(3)]
    for photo in made:
        for kind, content in (("blurred", BLURRED), ("thumbnail", SHARP)):
            fields = {"kind": kind, "media_type": "image/gif", **kept_derivative(photo, content)}
            DerivativeFactory.create(material=photo, **fields)
    return made


def _shown_kinds(page: Page) -> list[str]:
    sources = page.eval_on_selector_all("[data-tile] img", "all => all.map((each) => each.src)")
    return re.findall(r"/media/(\w+)/", " ".join(sources))


def test_one_time_password_leads_to_a_password_and_the_queue(open_page: OpenPage, seen_cast: Cast) -> None:
    newcomer = OfficerFactory.create(unit=seen_cast.owner.unit, must_change_password=True)
    page = open_page(None, "/")

    page.get_by_label("E-mail address").fill(newcomer.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill("a-harbour-without-ships")
    page.get_by_label("New password again").fill("a-harbour-without-ships")
    page.get_by_role("button", name="Change password").click()

    expect(page.get_by_text("Your password was changed.")).to_be_visible()


def test_pictures_are_shut_until_space_is_held(
    open_page: OpenPage, seen_cast: Cast, photos: list[Material]
) -> None:
    page = open_page(seen_cast.owner, "/materials/")
    page.hover("[data-tile] img >> nth=1")
    assert _shown_kinds(page) == ["blurred"] * 3

    page.keyboard.press("j")
    page.keyboard.down("Space")
    expect(page.locator("[data-tile] img").first).to_have_attribute("src", re.compile("thumbnail"))
    assert _shown_kinds(page) == ["thumbnail", "blurred", "blurred"]

    page.keyboard.up("Space")
    assert _shown_kinds(page) == ["blurred"] * 3


def test_sharp_picture_is_covered_before_the_blurred_one_is_back(
    open_page: OpenPage, seen_cast: Cast, photos: list[Material]
) -> None:
    page = open_page(seen_cast.owner, "/materials/")
    first = page.locator("[data-tile] img").first
    page.keyboard.press("v")
    expect(first).to_have_attribute("src", re.compile("thumbnail"))
    page.route("**/media/blurred/**", lambda route: route.abort())

    page.keyboard.press("v")

    expect(first).to_have_css("filter", "blur(32px)")


def test_eyes_open_and_shut_all_pictures(
    open_page: OpenPage, seen_cast: Cast, photos: list[Material]
) -> None:
    page = open_page(seen_cast.owner, "/materials/")
    eyes = page.locator("[data-eyes]")

    page.keyboard.press("v")
    expect(eyes).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("v")

    expect(eyes).to_have_attribute("aria-pressed", "false")
    assert _shown_kinds(page) == ["blurred"] * 3


def test_grid_is_worked_by_keys_and_found_again_on_return(
    open_page: OpenPage, seen_cast: Cast, photos: list[Material]
) -> None:
    page = open_page(seen_cast.analyst, "/materials/")
    for key in ("j", "x", "Shift+ArrowRight"):
        page.keyboard.press(key)
    expect(page.locator("[data-tile][data-selected]")).to_have_count(2)

    page.keyboard.press("Enter")
    page.wait_for_url("**/materials/*-*/**")
    page.go_back()

    expect(page.locator("[data-tile][data-selected]")).to_have_count(2)
    expect(page.locator("[data-tile] >> nth=1")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[data-tile][data-selected]")).to_have_count(0)


def test_keys_do_nothing_while_an_officer_types(
    open_page: OpenPage, seen_cast: Cast, photos: list[Material]
) -> None:
    page = open_page(seen_cast.owner, "/materials/")
    page.keyboard.press("/")
    page.keyboard.type("jxv? gm")

    expect(page.locator("#bar-search")).to_have_value("jxv? gm")
    expect(page.locator("[data-selected]")).to_have_count(0)
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_overlay_lists_the_keys_and_two_in_a_row_lead_to_a_room(open_page: OpenPage, seen_cast: Cast) -> None:
    page = open_page(seen_cast.owner, "/account/")
    page.keyboard.press("?")
    expect(page.locator("[data-keys-list]")).to_contain_text("Go to material")
    page.keyboard.press("g")
    page.keyboard.press("m")
    assert page.url.endswith("/account/")

    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("m")

    page.wait_for_url("**/materials/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/sign-in/", "/account/", "/account/roles/", "/upload/", "/materials/"])
def test_pages_are_accessible(
    open_page: OpenPage, seen_cast: Cast, photos: list[Material], path: str, scheme: str
) -> None:
    officer = None if path == "/sign-in/" else seen_cast.owner
    page = open_page(officer, path, color_scheme=scheme, bypass_csp=True)

    found = Axe().run(page).response["violations"]

    grave = [
        (each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in {"serious", "critical"}
    ]
    assert grave == []


def test_queue_of_a_role_without_material_is_accessible(open_page: OpenPage, seen_cast: Cast) -> None:
    narrow = {"width": 390, "height": 844}
    page = open_page(seen_cast.auditor, "/", viewport=narrow, bypass_csp=True)
    expect(page.get_by_role("heading", name="Nothing waits for your role")).to_be_visible()

    found = Axe().run(page).response["violations"]

    assert [each["id"] for each in found if each["impact"] in {"serious", "critical"}] == []


def test_narrow_screen_has_everything_in_reach(open_page: OpenPage, seen_cast: Cast) -> None:
    page = open_page(seen_cast.owner, "/account/", viewport={"width": 360, "height": 700})

    for name in ("Queue", "Material", "Series", "Search", "Forum"):
        expect(page.locator(".rail").get_by_text(name, exact=True)).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_theme_is_remembered_against_the_system(open_page: OpenPage, seen_cast: Cast) -> None:
    page = open_page(seen_cast.owner, "/account/", color_scheme="light")
    page.locator("summary.initials").click()
    page.get_by_role("button", name="Dark").click()

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
