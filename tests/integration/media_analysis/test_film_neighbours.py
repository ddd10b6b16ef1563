"""All frames of a film are looked up at once: exact, by the index, and by the engine alone."""

import random

import pytest
from django.db import ProgrammingError, connection

from evidence.models import Material
from media_analysis.engine.hashes.bands import PDQ_THRESHOLD, bands, hamming
from media_analysis.models import Analysis, PictureHash
from media_analysis.services.neighbours import FilmNeighbour, film_neighbours
from media_analysis.services.signals import as_bits
from tests.conftest import RoleSwitch, ServedSwitch
from tests.factories.evidence import MaterialFactory
from tests.integration.media_analysis.test_index_functions import flipped

pytestmark = pytest.mark.django_db


def video(*frames: bytes, is_photo: bool = False) -> Material:
    """Return a video with these hashes, or a photo."""
    material: Material = MaterialFactory.create(kind="photo" if is_photo else "video")
    analysis = Analysis.objects.create(material=material, analyzer="hashes", version="1", segment=1)
    PictureHash.objects.bulk_create(
        PictureHash(
            material=material,
            analysis=analysis,
            at_ms=None if is_photo else number * 500,
            route="pdq/1:area512",
            pdq=as_bits(pdq),
            bands=bands(pdq),
            quality=100,
            phash=0,
            dhash=0,
        )
        for number, pdq in enumerate(frames)
    )
    return material


def test_films_come_with_how_many_frames_are_near(as_engine: RoleSwitch) -> None:
    """As many as comparing with each hash finds, whatever orientation was asked for; photos are none."""
    chance = random.Random(20261122)
    own = [chance.randbytes(32) for _ in range(9)]
    planted = [flipped(each, bits, chance) for each, bits in zip(own, range(26, 35), strict=True)]
    other, fewer = video(*planted, chance.randbytes(32)), video(flipped(own[0], 31, chance))
    known = video(*own)
    video(own[0], is_photo=True)

    with as_engine():
        found = film_neighbours([(pdq, 3) for pdq in own], without=[known.pk], limit=5)

    near = sum(hamming(*pair) <= PDQ_THRESHOLD for pair in zip(own, planted, strict=True))
    assert found == [FilmNeighbour(other.pk, 3, near), FilmNeighbour(fewer.pk, 3, 1)]
    assert near == 6


def test_frames_that_repeat_in_the_other_film_count_once(as_engine: RoleSwitch) -> None:
    """A title that a film shows a thousand times is one frame of the one that asks."""
    pdq = random.Random(3).randbytes(32)
    other = video(*[pdq] * 50)

    with as_engine():
        assert film_neighbours([(pdq, 0)], without=[], limit=5) == [FilmNeighbour(other.pk, 0, 1)]


def test_frames_are_looked_up_by_the_index(as_engine: RoleSwitch) -> None:
    """Left to itself the planner would read the whole table for each frame."""
    chance = random.Random(4)
    video(*[chance.randbytes(32) for _ in range(400)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE media_analysis_picturehash")
    before = _scans()

    with as_engine():
        film_neighbours([(chance.randbytes(32), 0) for _ in range(7)], without=[], limit=5)

    sequential, by_index = _scans()
    assert (sequential - before[0], by_index - before[1]) == (0, 7)


def _scans() -> tuple[int, int]:
    """Return how often this transaction has read the table as a whole, and the bands through their index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.seq_scan, i.idx_scan FROM pg_stat_xact_user_tables AS t,"
            " LATERAL (SELECT pg_stat_get_xact_numscans('picturehash_bands_idx'::regclass) AS idx_scan) AS i"
            " WHERE t.relname = 'media_analysis_picturehash'"
        )
        sequential, by_index = cursor.fetchone()
    return sequential, by_index


def test_films_are_not_looked_up_by_the_application(as_app: ServedSwitch) -> None:
    """It looks everywhere: the engine's privilege."""
    with pytest.raises(ProgrammingError, match="permission denied"), as_app():
        film_neighbours([(bytes(range(32)), 0)], without=[], limit=5)
