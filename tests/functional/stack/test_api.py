"""The API end to end: hand a file in, watch it, see its matches, search with a picture."""

from io import BytesIO
from typing import Any, Final

import pytest
from PIL import Image
from playwright.sync_api import APIRequestContext

from icse.demo import pictures
from tests.functional.stack import photos
from tests.functional.stack.conftest import ApiAs
from tests.functional.stack.platform import Platform

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("analyzed")]

ANALYST: Final = "ines@norland.example"


def hand_in(api: APIRequestContext, name: str, content: bytes, **fields: str) -> dict[str, Any]:
    """Hand in one file and return the receipt."""
    file: Any = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    answer = api.post("/api/v1/submissions/", multipart={"file": file, **fields})
    assert answer.status == 201, answer.text()
    receipt: dict[str, Any] = answer.json()
    return receipt


def _state(api: APIRequestContext, material_id: str) -> str:
    return str(api.get(f"/api/v1/materials/{material_id}/").json()["state"])


def test_file_is_analyzed_and_matches_its_copy(api_as: ApiAs, platform: Platform) -> None:
    api = api_as(ANALYST)
    room = photos.room(301, "leaf")
    original = hand_in(api, "room.jpg", pictures.photo(room), case_reference="API-1")
    mirrored = hand_in(api, "mirrored.jpg", pictures.mirrored(room), case_reference="API-1")
    ids = [receipt["material"]["id"] for receipt in (original, mirrored)]
    platform.wait_until(lambda: {_state(api, each) for each in ids} == {"done"})

    detail = api.get(f"/api/v1/materials/{ids[0]}/").json()
    found = api.get(f"/api/v1/materials/{ids[0]}/matches/").json()["results"]

    assert original["verdict"] == "new"
    assert {analysis["state"] for analysis in detail["analyses"]} == {"done"}
    assert [match["material"]["id"] for match in found if match["kind"] == "copy"] == [ids[1]]


def test_same_file_again_is_known_to_the_country(api_as: ApiAs, platform: Platform) -> None:
    api = api_as(ANALYST)
    content = photos.photo(302)
    first, second = (hand_in(api, name, content) for name in ("one.jpg", "two.jpg"))

    assert second["verdict"] == "known_to_your_country"
    assert first["material"]["id"] == second["material"]["id"]
    assert first["id"] != second["id"]


def test_search_with_a_crop_finds_its_source_first(api_as: ApiAs, platform: Platform) -> None:
    api = api_as(ANALYST)
    room = photos.room(303, "ring")
    source = hand_in(api, "source.jpg", pictures.photo(room))
    platform.wait_until_analyzed()
    cut = BytesIO()
    Image.fromarray(room).crop((150, 120, 850, 640)).save(cut, "JPEG", quality=85)

    file: Any = {"name": "cut.jpg", "mimeType": "image/jpeg", "buffer": cut.getvalue()}
    answer = api.post("/api/v1/search/image/", multipart={"file": file}, timeout=60_000)

    assert answer.status == 200
    assert answer.json()["results"][0]["material"]["id"] == source["material"]["id"]


def test_decision_stands_in_the_match(api_as: ApiAs) -> None:
    api = api_as(ANALYST)
    proposal = api.get("/api/v1/proposals/").json()["results"][0]

    answer = api.post(f"/api/v1/matches/{proposal['id']}/decision/", data={"verdict": "unsure"})

    assert answer.ok
    assert answer.json()["verdict"] == "unsure"


def test_refusals_have_one_shape(api_as: ApiAs) -> None:
    api = api_as(ANALYST)
    text: Any = {"name": "clip.mp4", "mimeType": "video/mp4", "buffer": b"these are words"}

    refused = api.post("/api/v1/submissions/", multipart={"file": text})

    assert refused.status == 415
    assert set(refused.json()["error"]) == {"reason", "message"}
    assert "text" in refused.json()["error"]["message"]


def test_schema_describes_what_is_served(api_as: ApiAs) -> None:
    schema = api_as(ANALYST).get("/api/schema/?format=json").json()
    for path in (
        "submissions/",
        "materials/",
        "materials/{material_id}/matches/",
        "search/image/",
        "series/",
    ):
        assert f"/api/v1/{path}" in schema["paths"]
