"""Axe finds nothing serious on any page that is full of the demo: light, dark, and narrow."""

from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.functional.stack.conftest import ApiAs, OpenAs
from tests.functional.stack.platform import Platform

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("analyzed")]

ANALYST: Final = "ines@norland.example"

_MATERIAL: Final = (
    "SELECT '/materials/' || material_id || '/' FROM evidence_submission WHERE file_name = '{}'"
)
_MATERIAL_TAB: Final = (
    "SELECT '/materials/' || material_id || '/?tab={}' FROM evidence_submission"
    " WHERE file_name = 'portrait-garden.jpg'"
)
_MATCH: Final = "SELECT '/matches/' || id || '/' FROM media_analysis_match WHERE kind = '{}' LIMIT 1"
_BATCH: Final = "SELECT '/upload/' || batch || '/' FROM evidence_submission WHERE file_name = 'clip-03.mp4'"

PAGES: Final = {
    "sign-in": "SELECT '/sign-in/'",
    "queue": "SELECT '/'",
    "materials": "SELECT '/materials/'",
    "photo": _MATERIAL.format("S40_20260320_094107.jpg"),
    "video": _MATERIAL.format("clip-03.mp4"),
    "face match": _MATCH.format("face"),
    "frame match": _MATCH.format("frame"),
    "room match": _MATCH.format("near_in_time"),
    "origin of a photo": _MATERIAL_TAB.format("origin"),
    "faces of a photo": _MATERIAL_TAB.format("faces"),
    "batch": _BATCH,
    "upload": "SELECT '/upload/'",
    "series": "SELECT '/series/'",
    "search": "SELECT '/search/?q=jpg'",
    "search without a question": "SELECT '/search/'",
    "search that finds nothing": "SELECT '/search/?q=zebra-crossing'",
    "search by faces": "SELECT '/search/?' || string_agg('face=' || id, '&') FROM media_analysis_face",
    "in no series": "SELECT '/materials/?in_series=no'",
    "roles": "SELECT '/account/roles/'",
    "password": "SELECT '/account/password/'",
    "missing": "SELECT '/nothing/'",
    "forum": "SELECT '/forum/'",
    "account": "SELECT '/account/'",
    "sharing groups": "SELECT '/sharing/groups/'",
    "related holdings": "SELECT '/hits/'",
    "what others learn": "SELECT '/hits/policy/'",
    "log": "SELECT '/audit/'",
    "who sees a photo": "SELECT '/materials/' || s.material_id || '/access/' FROM evidence_submission AS s"
    " JOIN accounts_country AS c ON c.id = s.country_id WHERE c.code = 'XN' LIMIT 1",
    "sharing of a photo": "SELECT '/submissions/' || s.id || '/sharing/' FROM evidence_submission AS s"
    " JOIN accounts_country AS c ON c.id = s.country_id WHERE c.code = 'XN' LIMIT 1",
    "retention": "SELECT '/retention/?part=all'",
    "nothing due": "SELECT '/retention/'",
    "disposed of": "SELECT '/retention/disposed/'",
    "retention of a photo": "SELECT '/submissions/' || s.id || '/retention/' FROM evidence_submission AS s"
    " JOIN accounts_country AS c ON c.id = s.country_id WHERE c.code = 'XN' LIMIT 1",
    "decisions": "SELECT '/decisions/'",
    "security": "SELECT '/account/security/'",
}


# A frame in which what changed is styled, one in which it is drawn, and whatever moves come to its end.
_SETTLED: Final = """async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    const moving = document.getAnimations();
    const ending = moving.filter((each) => each.effect.getComputedTiming().endTime < Infinity);
    await Promise.allSettled(ending.map((each) => each.finished));
}"""


def _grave_in_both_schemes(open_as: OpenAs, address: str | None, path: str) -> list[tuple[str, str]]:
    # Axe is a script of ours that the page's policy would refuse.
    page = open_as(address, path, color_scheme="light", reduced_motion="reduce", bypass_csp=True)
    page.wait_for_load_state("networkidle")
    light = _grave(page)
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    dark = _grave(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("innerWidth === 390 && document.documentElement.scrollWidth <= innerWidth")
    return light + dark + _grave(page)


def _grave(page: Page) -> list[tuple[str, str]]:
    page.evaluate(_SETTLED)
    found = Axe().run(page).response["violations"]
    return [
        (each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible(open_as: OpenAs, platform: Platform, name: str) -> None:
    ((address,),) = platform.rows(PAGES[name])
    assert _grave_in_both_schemes(open_as, None if name == "sign-in" else ANALYST, address) == []


def test_page_of_a_series_is_accessible(open_as: OpenAs, api_as: ApiAs, platform: Platform) -> None:
    api = api_as(ANALYST)
    listed = api.get("/api/v1/materials/").json()["results"]
    chosen = [material["id"] for material in listed[:3]]
    series = api.post("/api/v1/series/", data={"name": "For all eyes", "materials": chosen}).json()

    for tab in ("materials", "proposals", "persons", "devices", "places"):
        assert _grave_in_both_schemes(open_as, ANALYST, f"/series/{series['id']}/?tab={tab}") == []
