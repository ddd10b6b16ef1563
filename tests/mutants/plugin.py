"""A pytest plugin for runs of mutants: takes one rule of the floor away before the first test."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

import pytest
from django.db import connection

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

RULE: Final = "MUTANT_RULE"
"""The number of the rule; or "list" to print them all, or "all" to take them all away."""

# A rule on what the application has no right to at all changes nothing.
_POLICIES: Final = """
SELECT format('%s %s', tablename, policyname),
       format('ALTER POLICY %I ON %I%s%s', policyname, tablename,
              CASE WHEN qual IS NOT NULL THEN ' USING (true)' END,
              CASE WHEN with_check IS NOT NULL THEN ' WITH CHECK (true)' END)
FROM pg_policies WHERE schemaname = 'public' AND 'icse_app' = ANY (roles)
AND CASE cmd WHEN 'DELETE' THEN has_table_privilege('icse_app', quote_ident(tablename), cmd)
    ELSE has_any_column_privilege('icse_app', quote_ident(tablename), cmd) END
ORDER BY 1
"""
_VIEWS: Final = """
SELECT relname, pg_get_viewdef(oid) FROM pg_class
WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace
AND has_table_privilege('icse_app', oid, 'SELECT') ORDER BY 1
"""
_STANDING: Final = re.compile(r"\(?[a-z]\.audience && \( SELECT acting_scopes\(\) AS acting_scopes\)\)?")


def rules() -> list[tuple[str, str]]:
    """Return every rule of the floor, in words, with the statement that takes it away."""
    with connection.cursor() as cursor:
        cursor.execute(_POLICIES)
        policies: list[tuple[str, str]] = cursor.fetchall()
        cursor.execute(_VIEWS)
        views = [
            (f"view {name}", f'CREATE OR REPLACE VIEW "{name}" WITH (security_barrier) AS {_open(query)}')
            for name, query in cursor.fetchall()
            if _STANDING.search(query)
        ]
    return policies + views


def _open(query: str) -> str:
    return _STANDING.sub("(true)", query)


@pytest.fixture(scope="session", autouse=True)
def weakened(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Take the rule away whose number the environment names."""
    wanted = os.environ.get(RULE)
    if wanted is None:
        return
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        if wanted == "list":
            print(*(f"\nrule\t{words}" for words, _ in rules()))  # noqa: T201
        for words, statement in rules() if wanted == "all" else ():
            if not words.startswith("view"):  # a view is the list's own filter as well
                cursor.execute(statement)
        if wanted.isdecimal():
            cursor.execute(rules()[int(wanted)][1])
