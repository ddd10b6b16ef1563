"""What migrations say of the database's own functions."""

import pytest

from icse.common.floor import rewritten

FORMER = "CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1'"


def test_former_statement_takes_the_place_of_the_function() -> None:
    assert rewritten(FORMER, ("SELECT 1", "SELECT 2")) == (
        "CREATE OR REPLACE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 2'"
    )


def test_words_that_are_not_there_are_no_silent_change() -> None:
    with pytest.raises(ValueError, match="SELECT 3"):
        rewritten(FORMER, ("SELECT 3", "SELECT 2"))
