"""Signals are read through functions alone: exact, by their index, and only where the asker may look."""

import random

import pytest
from django.db import ProgrammingError, connection

from accounts.models import Sharing
from accounts.queries import scopes_of
from evidence.models import Material
from media_analysis.engine.hashes.bands import PDQ_THRESHOLD, bands, hamming
from media_analysis.models import Analysis, PictureHash
from media_analysis.services.neighbours import hash_neighbours
from media_analysis.services.signals import as_bits
from tests.cast import Cast
from tests.conftest import RoleSwitch, ServedSwitch
from tests.factories.evidence import MaterialFactory, submitted

pytestmark = pytest.mark.django_db

SIGNAL_TABLES = ("picturehash", "scenetile", "scenefeatures", "exactsignal", "exactsignalmember")


def hashed(material: Material, pdq: bytes) -> PictureHash:
    """Give a material a PDQ hash."""
    analysis, _ = Analysis.objects.get_or_create(material=material, analyzer="hashes", version="1")
    return PictureHash.objects.create(
        material=material,
        analysis=analysis,
        route="pdq/1:area512",
        pdq=as_bits(pdq),
        bands=bands(pdq),
        quality=100,
        phash=0,
        dhash=0,
    )


def flipped(pdq: bytes, bits: int, chance: random.Random) -> bytes:
    """Return the hash with so many of its bits turned over."""
    number = int.from_bytes(pdq, "big")
    for place in chance.sample(range(256), bits):
        number ^= 1 << place
    return number.to_bytes(32, "big")


def test_every_hash_within_the_radius_is_found_and_none_beyond(as_engine: RoleSwitch) -> None:
    """Multi-index hashing is exact at 31 bits: the answer equals that of comparing with each."""
    chance = random.Random(20261122)
    query = chance.randbytes(32)
    planted = [flipped(query, bits, chance) for bits in range(24, 40)] + [
        chance.randbytes(32) for _ in range(40)
    ]
    for pdq in planted:
        hashed(MaterialFactory(), pdq)

    with as_engine():
        found = hash_neighbours([query], None)

    expected = sorted(hamming(query, pdq) for pdq in planted if hamming(query, pdq) <= PDQ_THRESHOLD)
    assert [each.distance for each in found] == expected
    assert len(expected) == 8


def test_neighbour_names_the_orientation_that_was_nearest(as_engine: RoleSwitch) -> None:
    """It is the pose in which a copy is proven first."""
    chance = random.Random(3)
    orientations = [chance.randbytes(32) for _ in range(8)]
    hashed(MaterialFactory(), flipped(orientations[5], 12, chance))

    with as_engine():
        (found,) = hash_neighbours(orientations, None)

    assert (found.orientation, found.distance) == (5, 12)


def test_look_up_as_the_application_takes_the_index(cast: Cast, as_app: ServedSwitch) -> None:
    """At its default settings the planner would read the whole table, and more so as this role."""
    chance = random.Random(1)
    material = submitted(cast.owner)
    for _ in range(300):
        hashed(material, chance.randbytes(32))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE media_analysis_picturehash")
    before = _scans()

    with as_app():
        hash_neighbours([chance.randbytes(32)], scopes_of(cast.owner))

    sequential, by_index = _scans()
    assert (sequential - before[0], by_index - before[1]) == (0, 1)


def _scans() -> tuple[int, int]:
    """Return how often this transaction has read the table as a whole, and through an index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_scan, idx_scan FROM pg_stat_xact_user_tables"
            " WHERE relname = 'media_analysis_picturehash'"
        )
        sequential, by_index = cursor.fetchone()
    return sequential, by_index


def test_look_up_within_scopes_finds_what_was_shared(cast: Cast, as_app: ServedSwitch) -> None:
    """A neighbour of another country is found only by those with whom it was shared."""
    pdq = random.Random(2).randbytes(32)
    shared, silent = submitted(cast.partner, sharing=Sharing.MEMBERS), submitted(cast.partner)
    hashed(shared, pdq)
    hashed(silent, pdq)

    with as_app():
        found = {each.material_id for each in hash_neighbours([pdq], scopes_of(cast.owner))}
        nothing = hash_neighbours([pdq], scopes_of(cast.administrator))

    assert found == {shared.pk}
    assert nothing == []


@pytest.mark.parametrize("table", SIGNAL_TABLES)
def test_application_reads_no_signal_table(as_app: ServedSwitch, table: str) -> None:
    """What can be searched is not for pages to read."""
    with pytest.raises(ProgrammingError, match="permission denied"), as_app(), connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM media_analysis_{table}")


@pytest.mark.parametrize("table", ["series_decision", "series_series", "forum_post", "accounts_officer"])
def test_engine_reads_nothing_that_people_wrote(as_engine: RoleSwitch, table: str) -> None:
    """Workers see materials and signals of all countries, and no words."""
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        as_engine(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SELECT 1 FROM {table}")


def test_engine_reads_of_a_submission_only_where_it_may_look(as_engine: RoleSwitch) -> None:
    """Audience and priority, but no name, path or case."""
    with as_engine(), connection.cursor() as cursor:
        cursor.execute("SELECT material_id, audience, priority FROM evidence_submission")
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        as_engine(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT case_reference FROM evidence_submission")
