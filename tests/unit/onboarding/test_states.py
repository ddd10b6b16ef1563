"""Which state of a country follows which, what must be there before, and which codes members take."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Country
from accounts.onboarding.codes import is_country_code, is_organisation_code
from accounts.onboarding.states import NEXT, Checklist, may_follow

State = Country.State

WAYS = {
    ("invited", "documents"),
    ("documents", "approved"),
    ("approved", "active"),
    ("active", "suspended"),
    ("suspended", "active"),
}


def test_every_state_leads_on() -> None:
    assert set(NEXT) == set(State)


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_states_follow_each_other_as_written(before: State, after: State) -> None:
    assert may_follow(before, after) is ((before, after) in WAYS)


@given(st.tuples(*[st.booleans()] * 4))
def test_a_country_is_active_only_with_everything(met: tuple[bool, bool, bool, bool]) -> None:
    checklist = Checklist(*met)

    assert len(checklist.missing_for(State.ACTIVE)) == 4 - sum(met)
    assert len(checklist.missing_for(State.APPROVED)) == 2 - sum(met[:2])
    assert checklist.missing_for(State.DOCUMENTS) == []


@pytest.mark.parametrize("code", ["NO", "DE", "XN", "QZ", "AA", "ZZ"])
def test_country_codes_of_the_standard_and_those_left_to_users(code: str) -> None:
    assert is_country_code(code)
    assert not is_organisation_code(code)


@pytest.mark.parametrize("code", ["EUROPOL", "XSEC", "NOKRIPOS", "I24"])
def test_codes_that_organisations_take(code: str) -> None:
    assert is_organisation_code(code)
    assert not is_country_code(code)


@pytest.mark.parametrize("code", ["", "N", "no", "UK", "1AB", "NINELONGX", "A-B", "ABC\n"])
def test_codes_of_nobody(code: str) -> None:
    assert not is_country_code(code)
    assert not is_organisation_code(code)
