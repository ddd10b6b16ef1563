"""A first start shows every kind of match, and nothing that was not shared."""

from typing import Any, Final

import pytest

from tests.functional.stack.conftest import ApiAs
from tests.functional.stack.platform import Platform

pytestmark = pytest.mark.slow

ANALYST: Final = "ines@norland.example"
PARTNER: Final = "marta@sundria.example"

KINDS: Final = {"identical", "copy", "near_in_time", "frame", "face", "scene", "device"}


@pytest.fixture
def matches(api_as: ApiAs, analyzed: None) -> list[dict[str, Any]]:
    """Return every match that the analyst of Norland sees."""
    api = api_as(ANALYST)
    materials = api.get("/api/v1/materials/?page_size=100").json()["results"]
    found = []
    for material in materials:
        found += api.get(f"/api/v1/materials/{material['id']}/matches/").json()["results"]
    return found


def test_every_kind_of_match_is_there(matches: list[dict[str, Any]]) -> None:
    assert {match["kind"] for match in matches} == KINDS


def test_every_match_says_why(matches: list[dict[str, Any]]) -> None:
    for match in matches:
        assert match["algorithm"]
        assert match["threshold"] is not None
        assert (match["score"] is None) != (match["distance"] is None)


@pytest.mark.usefixtures("analyzed")
def test_national_material_of_another_country_is_nowhere(api_as: ApiAs, platform: Platform) -> None:
    closed = platform.rows(
        "SELECT material_id::text, file_name FROM evidence_submission AS s JOIN accounts_country AS c"
        " ON c.id = s.country_id WHERE s.sharing = 'national' AND c.code = 'XN'"
    )
    api = api_as(PARTNER)
    listed = api.get("/api/v1/materials/?page_size=100").text()
    assert closed
    for material_id, file_name in closed:
        assert material_id not in listed
        assert api.get(f"/api/v1/materials/{material_id}/").status == 404
        assert api.get(f"/api/v1/materials/{material_id}/matches/").status == 404
        assert material_id not in api.get(f"/api/v1/search/?q={file_name}").text()


def test_nothing_was_set_aside(platform: Platform) -> None:
    platform.wait_until_analyzed()
    assert platform.rows("SELECT DISTINCT state FROM media_analysis_pipelinerun") == [("done",)]
    assert platform.rows("SELECT count(*) FROM media_analysis_analysis WHERE state <> 'done'") == [(0,)]
