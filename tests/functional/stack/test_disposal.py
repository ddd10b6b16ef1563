"""The drill: a file goes through the whole platform, is withdrawn, and nothing of it is left."""

from pathlib import Path
from typing import Any, Final

import pytest
import redis
from playwright.sync_api import Page

from icse.demo import pictures
from icse.embedded.layout import Layout
from tests.functional.stack import photos
from tests.functional.stack.conftest import ApiAs, OpenAs
from tests.functional.stack.platform import Platform
from tests.functional.stack.test_api import hand_in

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("analyzed")]

OFFICER: Final = "tomas@norland.example"
ANALYST: Final = "ines@norland.example"
CASE: Final = "DRILL-2026-77"
NAME: Final = "to-be-withdrawn.jpg"

KEEP_ITS_NAME: Final = {
    "audit_inboxevent",
    "audit_sealedevent",
    "common_outboxmessage",
    "evidence_custodyevent",
    "retention_disposal",
    "series_disposeddecision",
    "series_disposedmaterial",
}
"""Tables that keep ids and hash of what is gone; the document on retention says why."""

_TABLES: Final = """
    SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""
_OF_MATERIAL: Final = """
    SELECT id::text FROM media_analysis_analysis WHERE material_id = %s
    UNION SELECT id::text FROM media_analysis_match WHERE %s IN (left_id, right_id)
    UNION SELECT object_name FROM evidence_derivative WHERE material_id = %s
    UNION SELECT wrapped FROM evidence_materialkey WHERE material_id = %s
"""


def tables_naming(platform: Platform, word: str) -> set[str]:
    """Return the tables in which a word stands anywhere in a row."""
    found = set()
    for (table,) in platform.rows(_TABLES):
        rows = platform.rows(f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE %s', f"%{word}%")
        if rows != [(0,)]:
            found.add(table)
    return found


def files_naming(folder: Path, name: str) -> list[Path]:
    return [path for path in folder.rglob(f"*{name}*") if path.is_file()]


def broker_values(layout: Layout) -> list[str]:
    """Return everything that the broker and cache hold, of whatever kind."""
    client: Any = redis.Redis(
        unix_socket_path=str(layout.valkey_socket), password=layout.secrets.read("valkey")
    )
    return [f"{key!r} {client.dump(key)!r}" for key in client.scan_iter()]


def retain(page: Page, act: str, reason: str) -> None:
    page.get_by_label("Why", exact=True).fill(reason)
    page.get_by_role("button", name=act).click()


def test_nothing_of_a_disposed_file_remains(
    platform: Platform, api_as: ApiAs, open_as: OpenAs, tmp_path: Path
) -> None:
    layout = Layout(platform.data_dir)
    api = api_as(ANALYST)
    room = photos.room(977, "leaf")
    receipt = hand_in(api, NAME, pictures.photo(room), case_reference=CASE, sharing="members")
    other = hand_in(api, "stays.jpg", pictures.mirrored(room), case_reference="DRILL-2026-78")
    material, submission = receipt["material"]["id"], receipt["id"]
    sha256 = receipt["material"]["sha256"]
    platform.wait_until_analyzed()
    platform.wait_until(lambda: api.get(f"/api/v1/materials/{material}/matches/").json()["results"] != [])
    created = api.post(
        "/api/v1/series/", data={"name": "Drill", "materials": [material, other["material"]["id"]]}
    )
    assert created.status == 201, created.text()
    of_it = [text for (text,) in platform.rows(_OF_MATERIAL, *[material] * 4)]
    assert len(of_it) > 8
    objects = [
        name
        for (name,) in platform.rows("SELECT name FROM evidence_storedobject")
        if name in {*of_it, sha256}
    ]
    assert len(objects) >= 4
    assert all(files_naming(platform.data_dir, name) for name in objects)

    page = open_as(OFFICER, "/retention/?part=all")
    page.get_by_label("File name or case reference").fill(CASE)
    page.get_by_role("button", name="Narrow").click()
    page.get_by_label(f"Choose {NAME}").check()
    retain(page, "Ask to withdraw", "handed in for the wrong case")
    page.get_by_text("An analyst of your country who did not ask for it has to approve.").wait_for()
    assert api.get(f"/api/v1/materials/{material}/").status == 200
    # By a token: a session would have to be younger than ten minutes.
    withdrawal = page.url.rstrip("/").rpartition("/")[2]
    decided = api.post(f"/api/v1/withdrawals/{withdrawal}/decision/", data={"verdict": "approve"})
    assert decided.json()["verdict"] == "approved", decided.text()

    # At once nobody sees it, and the machines forget what they found.
    assert api.get(f"/api/v1/materials/{material}/").status == 404
    assert api_as("marta@sundria.example").get(f"/api/v1/materials/{material}/").status == 404
    assert material not in api.get(f"/api/v1/materials/{other['material']['id']}/matches/").text()
    platform.wait_until(
        lambda: (
            platform.rows(
                "SELECT count(*) FROM media_analysis_match WHERE %s IN (left_id, right_id)", material
            )
            == [(0,)]
        )
    )
    assert files_naming(platform.data_dir, sha256)

    platform.rows(
        "UPDATE retention_retention SET withdrawn_at = now() - interval '13 hours'"
        " WHERE submission_id = %s RETURNING 1",
        submission,
    )
    platform.order("evidence.dispose")
    platform.wait_until(
        lambda: (
            platform.rows(
                "SELECT count(*) FROM retention_disposal WHERE submission_id = %s AND cleared_at IS NOT NULL",
                submission,
            )
            == [(1,)]
        )
    )

    assert tables_naming(platform, NAME) == tables_naming(platform, CASE) == set()
    for word in (material, submission, sha256, *of_it):
        assert tables_naming(platform, word) <= KEEP_ITS_NAME, word
    assert [files_naming(layout.data_dir / "evidence", name) for name in objects] == [[]] * len(objects)
    held = broker_values(layout)
    assert not [value for value in held if NAME in value or CASE in value or sha256 in value]
    shown = api.get(f"/api/v1/series/{created.json()['id']}/materials/").text()
    assert material not in shown
    page.goto("/retention/disposed/")
    page.get_by_text(sha256).wait_for()
    page = open_as(ANALYST, f"/series/{created.json()['id']}/")
    page.get_by_text("No longer shared").first.wait_for()

    again = hand_in(api, "again.jpg", pictures.photo(room))
    assert again["verdict"] == "new"
    assert again["material"]["id"] == material  # as where somebody else had held it
