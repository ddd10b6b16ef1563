"""Killed in the middle: everything that was handed in is analyzed exactly once in the end."""

import os
import signal
from typing import Any, Final

import pytest

from tests.functional.stack import photos
from tests.functional.stack.conftest import ApiAs
from tests.functional.stack.platform import Platform
from tests.functional.stack.test_api import hand_in

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("analyzed")]

ANALYST: Final = "ines@norland.example"
WORKER: Final = "analysis@"

# A run that somebody holds and that has begun, but not ended, its analyses.
_IN_THE_MIDDLE: Final = """
    SELECT r.material_id::text FROM media_analysis_pipelinerun AS r
    WHERE r.state = 'analyzing' AND r.material_id::text = ANY (%s)
    AND EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid::bigint =
        ('x' || right(r.material_id::text, 8))::bit(32)::bigint & 2147483647)
    AND EXISTS (SELECT FROM media_analysis_analysis AS a
        WHERE a.material_id = r.material_id AND a.state IN ('pending', 'running'))
"""

_ROWS_OF_EACH: Final = """
    SELECT m.id::text,
        (SELECT count(*) FROM media_analysis_analysis AS a WHERE a.material_id = m.id AND a.state = 'done'),
        (SELECT count(*) FROM media_analysis_analysis AS a WHERE a.material_id = m.id AND a.state <> 'done'),
        (SELECT count(*) FROM media_analysis_picturehash AS h WHERE h.material_id = m.id),
        (SELECT count(*) FROM media_analysis_exactsignalmember AS e WHERE e.material_id = m.id),
        (SELECT count(*) FROM evidence_derivative AS d WHERE d.material_id = m.id),
        (SELECT count(*) - count(DISTINCT t.tile) FROM media_analysis_scenetile AS t
            WHERE t.material_id = m.id)
    FROM evidence_material AS m WHERE m.id::text = ANY (%s) ORDER BY m.id
"""

# hashes, metadata, faces and scene; one hash, one digest of pixels; three derivatives; no tile twice.
_ONCE: Final = (4, 0, 1, 1, 3, 0)


def _hand_in_photos(api_as: ApiAs, first: int, count: int) -> list[str]:
    api = api_as(ANALYST)
    receipts = [hand_in(api, f"{seed}.jpg", photos.photo(seed)) for seed in range(first, first + count)]
    return [receipt["material"]["id"] for receipt in receipts]


def _assert_each_analyzed_once(platform: Platform, materials: list[str]) -> None:
    platform.wait_until_analyzed()
    rows: list[tuple[Any, ...]] = platform.rows(_ROWS_OF_EACH, materials)
    assert {row[0]: row[1:] for row in rows} == dict.fromkeys(materials, _ONCE)


def _caught_in_the_middle(platform: Platform, materials: list[str]) -> list[str]:
    """Stop the worker's clock when it is in the middle of an analysis; return of what."""
    caught: list[str] = []

    def is_caught() -> bool:
        if not platform.rows(_IN_THE_MIDDLE, materials):
            return False
        group = platform.service(WORKER)
        os.killpg(group, signal.SIGSTOP)
        # Asked again now that nothing moves any more.
        caught.extend(row[0] for row in platform.rows(_IN_THE_MIDDLE, materials))
        if not caught:
            os.killpg(group, signal.SIGCONT)
        return bool(caught)

    platform.wait_until(is_caught, 60)
    return caught


def test_worker_killed_in_the_middle_of_an_analysis(platform: Platform, api_as: ApiAs) -> None:
    platform.wait_until_analyzed()
    materials = _hand_in_photos(api_as, 400, 5)
    caught = _caught_in_the_middle(platform, materials)

    platform.kill(WORKER)
    platform.wait_for_line(r"analysis +crashed +code -9")

    _assert_each_analyzed_once(platform, materials)
    starts = dict(platform.rows("SELECT material_id::text, starts FROM media_analysis_pipelinerun"))
    attempts = dict(platform.rows("SELECT material_id::text, attempts FROM media_analysis_pipelinerun"))
    assert {starts[each] for each in caught} == {2}
    assert {attempts[each] for each in materials} == {0}


def test_broker_killed_while_files_are_handed_in(platform: Platform, api_as: ApiAs) -> None:
    platform.wait_until_analyzed()
    materials = _hand_in_photos(api_as, 410, 2)

    platform.kill("valkey-server")
    materials += _hand_in_photos(api_as, 412, 3)
    platform.wait_for_line(r"valkey +crashed +code -9")

    _assert_each_analyzed_once(platform, materials)
