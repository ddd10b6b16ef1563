"""The floor by itself, table by table: what it shows of each and lets be written, below every filter."""

from collections.abc import Iterator
from typing import Final

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.models import Country
from accounts.sharing.models import DefaultSharing
from evidence.models import Intake, MatchFrame, Submission
from series.hits.models import CountryHitPolicy, SubmissionHitPolicy
from tests.access.askers import Asker
from tests.access.canaries.countries import ASKERS, CanaryWorld, make_world
from tests.access.canaries.unsown import WIDER_BELOW
from tests.access.canaries.words import Canaries
from tests.factories.accounts import members_scope
from tests.roles import served

_READ: Final = """
    SELECT c.relname, string_agg(format('%I::text', a.attname), ', ' ORDER BY a.attnum)
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relrowsecurity
    AND has_column_privilege('icse_app', c.oid, a.attnum, 'SELECT')
    GROUP BY c.relname ORDER BY c.relname
"""
_INSERTED: Final = """
    SELECT p.tablename, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
    FROM pg_policies AS p
    JOIN pg_class AS c ON c.relname = p.tablename AND c.relnamespace = 'public'::regnamespace
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE p.schemaname = 'public' AND p.cmd = 'INSERT' AND 'icse_app' = ANY (p.roles)
    AND has_column_privilege('icse_app', c.oid, a.attnum, 'INSERT')
    GROUP BY p.tablename ORDER BY p.tablename
"""
_CHANGED: Final = """
    SELECT DISTINCT ON (p.cmd, p.tablename) p.cmd, p.tablename,
           CASE p.cmd WHEN 'DELETE' THEN format('DELETE FROM %I', p.tablename)
                ELSE format('UPDATE %I SET %I = DEFAULT', p.tablename, a.attname) END
    FROM pg_policies AS p
    JOIN pg_class AS c ON c.relname = p.tablename AND c.relnamespace = 'public'::regnamespace
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE p.schemaname = 'public' AND 'icse_app' = ANY (p.roles)
    AND CASE p.cmd WHEN 'UPDATE' THEN has_column_privilege('icse_app', c.oid, a.attnum, 'UPDATE')
             WHEN 'DELETE' THEN has_table_privilege('icse_app', c.oid, 'DELETE') ELSE false END
    ORDER BY p.cmd, p.tablename, a.attnum DESC
"""
READ_BEFORE_SIGN_IN: Final = {("UPDATE", "mfa_authenticator"), ("DELETE", "mfa_authenticator")}
"""Second factors are asked, and a recovery code is used up, before anybody has signed in."""

_REFUSED: Final = "new row violates row-level security policy"


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, valkey_server: str
) -> Iterator[CanaryWorld]:
    """Commit a world of canaries for the tests of this module, and empty the tables after them."""
    with django_db_blocker.unblock():
        try:
            world = make_world()
            _fill_what_holds_no_words()
            yield world
        finally:
            call_command("flush", verbosity=0, interactive=False)
            members_scope()


def _fill_what_holds_no_words() -> None:
    """Give each country a row of the tables in which no canary can stand."""
    for country in Country.objects.filter(pk__in=Submission.objects.values("country")):
        own = Submission.objects.filter(country=country)[:2]
        CountryHitPolicy.objects.create(country=country)
        DefaultSharing.objects.create(country=country)
        Intake.objects.create(country=country, officer=own[0].officer, day=timezone.localdate())
        SubmissionHitPolicy.objects.create(submission=own[0], policy="silent")
        MatchFrame.objects.create(material=own[0].material, other=own[1].material, at_ms=0)


def test_every_protected_table_holds_something(world: CanaryWorld) -> None:
    """Without this, a table could be open and nobody would notice."""
    with connection.cursor() as cursor:
        cursor.execute(_READ)
        tables = [table for table, _ in cursor.fetchall()]
        counts = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table}")
            (counts[table],) = cursor.fetchone()

    # Series are granted to units here; the table of officers has the same rule.
    assert {table for table, number in counts.items() if not number} <= {"series_seriesofficergrant"}


@pytest.mark.parametrize("asker", ASKERS)
def test_nobody_is_shown_a_row_with_a_foreign_canary(world: CanaryWorld, asker: str) -> None:
    """Every protected table is read whole."""
    known = world.canaries.known
    foreign = {
        (table, known[word].place)
        for table, text in _shown_to(world.askers[asker]).items()
        for word in world.canaries.found_in(text)
        if asker not in known[word].seen_by
    }

    assert foreign - WIDER_BELOW.keys() == set()


def test_own_rows_are_shown(world: CanaryWorld) -> None:
    """Without this, a floor that shows nothing would pass the test above."""
    shown = _shown_to(world.askers["AA:officer"])

    assert sum(1 for text in shown.values() if world.canaries.found_in(text)) > len(shown) // 2


@pytest.mark.parametrize("asker", ["AA:officer", "BB:analyst", "CC:analyst"])
def test_nobody_may_write_a_row_of_others(world: CanaryWorld, asker: str) -> None:
    """The rule is asked before whether the same row is there already."""
    tried = list(_foreign_rows(world.canaries, asker))
    answers = {(table, _answer_to_insert(world.askers[asker], table, *row)) for table, *row in tried}

    assert len({table for table, *_ in tried}) > 10
    assert {each for each in answers if not each[1].startswith(_REFUSED)} == set()


def test_nobody_signed_in_changes_or_deletes_nothing(world: CanaryWorld) -> None:
    """Without a condition that reads a row, the rules of reading do not help."""
    assert _touched_by(world.askers["nobody"]).keys() == READ_BEFORE_SIGN_IN


def test_own_rows_may_be_changed(world: CanaryWorld) -> None:
    """Without this, changes that always fail would pass the test above."""
    assert len(_touched_by(world.askers["AA:analyst"])) > 5


def _touched_by(asker: Asker) -> dict[tuple[str, str], str]:
    """Return where an asker changes or deletes rows, by command and table, and what the database says."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED)
        commands = {(command, table): sql for command, table, sql in cursor.fetchall()}
    touched = {each: _answer_to_change(asker, sql) for each, sql in commands.items()}
    return {each: said for each, said in touched.items() if said != "0 rows"}


def _answer_to_change(asker: Asker, sql: str) -> str:
    try:
        with transaction.atomic(), served(asker.officer), connection.cursor() as cursor:
            cursor.execute(sql)
            number = cursor.rowcount
            transaction.set_rollback(True)
    except DatabaseError as trouble:  # such as a column that may not be empty: there was a row to change
        return str(trouble)
    return f"{number} rows"


def _shown_to(asker: Asker) -> dict[str, str]:
    """Return all that the floor shows an asker of each protected table, as one text."""
    with served(asker.officer), connection.cursor() as cursor:
        cursor.execute(_READ)
        texts = {}
        for table, columns in cursor.fetchall():
            cursor.execute(f"SELECT concat_ws(' ', {columns}) FROM {table}")
            texts[table] = "\n".join(row for (row,) in cursor.fetchall())
        return texts


def _foreign_rows(canaries: Canaries, asker: str) -> Iterator[tuple[str, str, str]]:
    """Yield table, columns and content of each row with a canary that an asker may not meet."""
    with connection.cursor() as cursor:
        cursor.execute(_INSERTED)
        for table, columns in cursor.fetchall():
            cursor.execute(f"SELECT row_to_json(t)::text FROM {table} AS t")
            for (row,) in cursor.fetchall():
                met = {canaries.known[word] for word in canaries.found_in(row)}
                if any(asker not in each.seen_by and (table, each.place) not in WIDER_BELOW for each in met):
                    yield table, columns, row


def _answer_to_insert(asker: Asker, table: str, columns: str, row: str) -> str:
    """Return what the database says to an asker who writes a row."""
    copied = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_record(NULL::{table}, %s)"
    try:
        with transaction.atomic(), served(asker.officer), connection.cursor() as cursor:
            cursor.execute(copied, [row])
    except DatabaseError as refusal:
        return str(refusal)
    return "written"
