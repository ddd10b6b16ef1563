"""Words of metadata are found by their index, as the application, and never before one's own analysis."""

import pytest
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from accounts.queries import scopes_of
from evidence.models import Material, Submission
from media_analysis.models import CaptureFacts
from search.lookups import pattern_of
from tests.cast import Cast
from tests.conftest import ServedSwitch
from tests.factories.evidence import SubmissionFactory
from tests.factories.media_analysis import CaptureFactsFactory

pytestmark = pytest.mark.django_db

ROWS = 20_000


def told(cast_scopes: list[int], word: str) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT material_id FROM media_analysis_facts_told(%s, %s)", [pattern_of(word), cast_scopes]
        )
        return [found for (found,) in cursor.fetchall()]


@pytest.fixture
def read(cast: Cast) -> Material:
    """Return a material with metadata, of which the owner's analysis is through."""
    submission: Submission = SubmissionFactory.create(officer=cast.owner, analyzed_at=timezone.now())
    CaptureFactsFactory.create(material=submission.material, words="nordlicht d-90 field model")
    return submission.material


def test_word_is_told_to_whom_the_analysis_is_through(
    cast: Cast, read: Material, as_app: ServedSwitch
) -> None:
    with as_app(cast.owner):
        assert told(list(scopes_of(cast.owner)), "nordlicht") == [read.pk]
        assert told(list(scopes_of(cast.partner)), "nordlicht") == []


def test_word_is_not_told_before_ones_own_analysis(cast: Cast, read: Material, as_app: ServedSwitch) -> None:
    """Whoever hands in what another country holds learns nothing of it any earlier than of a new file."""
    own = SubmissionFactory.create(officer=cast.partner, material=read, analyzed_at=None)

    with as_app(cast.partner):
        assert told(list(scopes_of(cast.partner)), "nordlicht") == []
    Submission.objects.filter(pk=own.pk).update(analyzed_at=timezone.now())
    with as_app(cast.partner):
        assert told(list(scopes_of(cast.partner)), "nordlicht") == [read.pk]


@pytest.mark.slow
def test_words_take_the_index_as_the_application(cast: Cast, read: Material, as_app: ServedSwitch) -> None:
    """The table is not read through, however many rows it has."""
    _many_more(read)
    before = _scans()

    with as_app(cast.owner):
        found = told(list(scopes_of(cast.owner)), "nordlicht")

    assert found == [read.pk]
    assert {name: count - before[name] for name, count in _scans().items()} == {
        "whole": 0,
        "capture_words_idx": 1,
    }


def _many_more(read: Material) -> None:
    digest = "encode(sha256(('row ' || n)::bytea), 'hex')"
    _copied(Material, {"id": "gen_random_uuid()", "sha256": digest}, f"generate_series(1, {ROWS}) AS n")
    others = f"(SELECT id AS other FROM evidence_material WHERE id <> '{read.pk}') AS others"
    _copied(CaptureFacts, {"material_id": "other", "words": "md5(other::text)"}, others)
    _copied(Submission, {"id": "gen_random_uuid()", "material_id": "other"}, others)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE evidence_material, evidence_submission, media_analysis_capturefacts")


def _copied(model: type[Model], own: dict[str, str], beside: str) -> None:
    """Copy the only row of a table for each row beside it, with values of its own in some columns."""
    table, columns = model._meta.db_table, [str(field.column) for field in model._meta.concrete_fields]
    values = ", ".join(own.get(column, f"{table}.{column}") for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table}, {beside}")


def _scans() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'whole', seq_scan FROM pg_stat_xact_user_tables"
            " WHERE relname = 'media_analysis_capturefacts'"
            " UNION ALL SELECT relname, pg_stat_get_xact_numscans(oid) FROM pg_class"
            " WHERE relname = 'capture_words_idx'"
        )
        return dict(cursor.fetchall())
