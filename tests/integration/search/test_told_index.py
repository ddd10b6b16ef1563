"""Names, paths and case references are found by their index, as the application and at scale."""

import pytest
from django.db import connection

from accounts.queries import scopes_of
from evidence.models import Material, Submission
from search.lookups import pattern_of
from tests.cast import Cast
from tests.conftest import ServedSwitch
from tests.factories.evidence import SubmissionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

ROWS = 50_000


@pytest.fixture
def many(cast: Cast) -> Submission:
    """Return one submission among fifty thousand others of its country."""
    one: Submission = SubmissionFactory(officer=cast.owner, source_path="/seized/Wallpaper 17/x.jpg")
    columns = [str(field.column) for field in Submission._meta.concrete_fields]
    own = {
        "id": "gen_random_uuid()",
        "file_name": "'IMG_' || n || '.jpg'",
        "source_path": "'/disk/' || md5(n::text)",
    }
    values = ", ".join(own.get(column, column) for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO evidence_submission ({', '.join(columns)})"
            f" SELECT {values} FROM evidence_submission, generate_series(1, {ROWS}) AS n WHERE id = %s",
            [one.pk],
        )
        cursor.execute("ANALYZE evidence_submission")
    return one


def scans() -> dict[str, int]:
    """Return how often this transaction has read the table as a whole, and through each index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'whole', seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'evidence_submission'"
            " UNION ALL SELECT c.relname, pg_stat_get_xact_numscans(c.oid) FROM pg_class AS c"
            " JOIN pg_index AS i ON i.indexrelid = c.oid"
            " WHERE i.indrelid = 'evidence_submission'::regclass AND c.relname LIKE '%%_trgm'",
        )
        return dict(cursor.fetchall())


@pytest.mark.parametrize("word", ["wallpaper 17", "IMG_49999"])
def test_words_take_the_index_as_the_application(
    cast: Cast, many: Submission, as_app: ServedSwitch, word: str
) -> None:
    """Each of the three columns is looked up, none is read through."""
    before = scans()

    with as_app(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT material_id FROM evidence_told(%s, %s)", [pattern_of(word), list(scopes_of(cast.owner))]
        )
        found = cursor.fetchall()

    assert found == [(many.material_id,)]
    assert {name: count - before[name] for name, count in scans().items()} == {
        "whole": 0,
        "submission_file_name_trgm": 1,
        "submission_source_path_trgm": 1,
        "submission_case_reference_trgm": 1,
    }


def test_words_of_silent_submissions_lead_nowhere(cast: Cast, as_app: ServedSwitch) -> None:
    """What a partner did not share is not found by what they wrote of it."""
    SubmissionFactory(officer=cast.partner, case_reference="SILENT-1")

    with as_app(cast.owner):
        assert not Material.objects.told(cast.owner, pattern_of("silent-1")).exists()
    with as_app(cast.partner):
        assert Material.objects.told(cast.partner, pattern_of("silent-1")).exists()
