"""Conditions of use: their order, and that none is forgotten."""

from evidence.handling import STRICTEST_FIRST, strictest_first
from evidence.models import Handling


def test_every_condition_has_its_place() -> None:
    assert sorted(STRICTEST_FIRST) == sorted(Handling)


def test_conditions_stand_once_the_strictest_first() -> None:
    given = [Handling.TLP_GREEN, Handling.TLP_RED, Handling.ASK_FIRST, Handling.TLP_GREEN]
    assert strictest_first(given) == (Handling.TLP_RED, Handling.ASK_FIRST, Handling.TLP_GREEN)


def test_brief_is_the_code_alone() -> None:
    briefs = [each.brief for each in Handling]
    assert briefs[:2] == ["TLP:RED", "TLP:AMBER+STRICT"]
    assert not any("—" in brief for brief in briefs)
