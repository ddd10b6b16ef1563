"""The way of a country in: states, four eyes, the checklist, suspension."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.audit.models import InboxEvent
from accounts.models import Country, Officer, Role
from accounts.onboarding.errors import BadCode, NotYet, SamePair, WrongState
from accounts.onboarding.models import Approval, Membership
from accounts.onboarding.queries import checklist_of, list_countries, view_country
from accounts.onboarding.services.countries import (
    NewMember,
    SignedAgreement,
    activate_country,
    approve_country,
    confirm_contact,
    invite_country,
    receive_agreement,
    resume_country,
    suspend_country,
)
from accounts.onboarding.services.invitations import Newcomer, invite_first_administrator
from accounts.queries import find_officer, scopes_of
from icse.common.errors import AccessDenied, Conflict, NotFound
from tests.cast import Cast
from tests.factories.accounts import OfficerFactory
from tests.factories.onboarding import give_agreement, invited_country
from tests.roles import served

pytestmark = pytest.mark.django_db

DENMARK = NewMember("dk", "Denmark", Membership.Kind.COUNTRY, "Kim Contact", "kim@police.example")
PAPER = SignedAgreement("Agreement on use", date(2026, 5, 1), sha256="ab" * 32)


@pytest.fixture
def second(cast: Cast) -> Officer:
    """Return another secretariat administrator than the one of the cast."""
    other: Officer = OfficerFactory.create(unit=cast.administrator.unit, role=Role.SECRETARIAT_ADMINISTRATOR)
    return other


def test_country_walks_in_by_four_eyes(cast: Cast, second: Officer) -> None:
    first = cast.administrator
    with served(first):
        country = invite_country(by=first, member=DENMARK, note="asked by letter")
        confirm_contact(by=first, country=country, note="called the switchboard")
        receive_agreement(by=first, country=country, agreement=PAPER)
        newcomer = Newcomer("head@police.example", "Hanne Head", Role.NATIONAL_ADMINISTRATOR)
        invite_first_administrator(by=first, country=country, unit_name="Central", newcomer=newcomer)
    with served(second):
        approve_country(by=second, country=country)
        activate_country(by=second, country=country)
        view = view_country(second, country.pk)

    assert (view.country.code, view.country.state) == ("DK", "active")
    assert [step.after for step in reversed(view.steps)] == ["invited", "documents", "approved", "active"]
    assert [step.taken_by for step in reversed(view.steps)] == [first, first, second, second]
    assert all(need.is_met for need in view.checklist.needs())
    acts = list(InboxEvent.objects.filter(objects_named__contains=[country.pk]).values_list("act", flat=True))
    assert {"country.invited", "country.documents", "country.approved", "country.active"} <= set(acts)
    assert "agreement.received" in acts


def test_who_invited_cannot_approve(cast: Cast) -> None:
    country = invited_country(cast.administrator, state="documents")
    Membership.objects.update(contact_confirmed_at="2026-05-01T00:00Z")
    give_agreement(country, cast.administrator)

    with served(cast.administrator), pytest.raises(SamePair):
        approve_country(by=cast.administrator, country=country)

    country.refresh_from_db()
    assert country.state == "documents"
    assert not checklist_of(country).is_approved


def test_database_itself_refuses_one_pair_of_eyes(cast: Cast) -> None:
    invited_country(cast.administrator)

    with pytest.raises(IntegrityError, match="approval_takes_four_eyes"), transaction.atomic():
        Approval.objects.update(
            decided_by=cast.administrator, decided_at="2026-05-01T00:00Z", verdict="approved"
        )


def test_country_is_not_approved_before_its_documents(cast: Cast, second: Officer) -> None:
    country = invited_country(cast.administrator, state="documents")

    with served(second), pytest.raises(NotYet) as refusal:
        approve_country(by=second, country=country)

    assert refusal.value.missing == ("Contact confirmed", "Agreement received")


def test_country_is_not_active_without_an_administrator(cast: Cast, second: Officer) -> None:
    country = invited_country(cast.administrator, state="approved")
    Membership.objects.update(contact_confirmed_at="2026-05-01T00:00Z")
    give_agreement(country, cast.administrator)
    Approval.objects.update(decided_by=second, decided_at="2026-05-01T00:00Z", verdict="approved")

    with served(second), pytest.raises(NotYet, match="First national administrator named"):
        activate_country(by=second, country=country)


@pytest.mark.parametrize("state", ["invited", "documents", "approved", "suspended"])
def test_only_active_countries_stand_in_scopes(cast: Cast, state: str) -> None:
    Country.objects.filter(pk=cast.partner.unit.country_id).update(state=state)
    partner, owner = find_officer(cast.partner.pk), find_officer(cast.owner.pk)
    assert partner is not None
    assert owner is not None

    assert scopes_of(partner) == ()
    assert len(scopes_of(owner)) == 4


def test_suspended_country_comes_back(cast: Cast) -> None:
    country = cast.partner.unit.country
    with served(cast.administrator):
        suspend_country(by=cast.administrator, country=country, note="its network was broken into")
        assert country.state == "suspended"
        with pytest.raises(WrongState):
            suspend_country(by=cast.administrator, country=country, note="twice")
        with pytest.raises(WrongState):
            activate_country(by=cast.administrator, country=country)
        resume_country(by=cast.administrator, country=country, note="repaired")

    assert country.state == "active"
    cast.partner.refresh_from_db()
    assert cast.partner.sessions_epoch == 1


def test_nobody_suspends_their_own_country(cast: Cast) -> None:
    with pytest.raises(AccessDenied, match="their own"):
        suspend_country(by=cast.administrator, country=cast.administrator.unit.country, note="")


@pytest.mark.parametrize(
    ("code", "kind"),
    [("UK", "country"), ("EUROPOL", "country"), ("NO", "organisation"), ("A-B", "organisation")],
)
def test_code_of_another_kind_is_refused(cast: Cast, code: str, kind: str) -> None:
    member = NewMember(code, "Somewhere", Membership.Kind(kind), "Kim", "kim@police.example")

    with pytest.raises(BadCode):
        invite_country(by=cast.administrator, member=member)


def test_organisation_takes_part_by_its_own_code(cast: Cast) -> None:
    member = NewMember("europol", "Europol", Membership.Kind.ORGANISATION, "Kim", "kim@police.example")

    with served(cast.administrator):
        assert invite_country(by=cast.administrator, member=member).code == "EUROPOL"


def test_country_is_invited_once(cast: Cast) -> None:
    with served(cast.administrator):
        invite_country(by=cast.administrator, member=DENMARK)
        with pytest.raises(Conflict):
            invite_country(by=cast.administrator, member=DENMARK)


@pytest.mark.parametrize("part", ["owner", "analyst", "national_administrator", "auditor"])
def test_nobody_else_takes_a_step_with_a_country(cast: Cast, part: str) -> None:
    officer, country = getattr(cast, part), cast.partner.unit.country

    for act in (
        lambda: invite_country(by=officer, member=DENMARK),
        lambda: approve_country(by=officer, country=country),
        lambda: suspend_country(by=officer, country=country, note=""),
        lambda: resume_country(by=officer, country=country, note=""),
        lambda: confirm_contact(by=officer, country=country, note=""),
        lambda: activate_country(by=officer, country=country),
        lambda: receive_agreement(by=officer, country=country, agreement=PAPER),
    ):
        with pytest.raises(AccessDenied):
            act()


def test_administrators_see_what_they_administer(cast: Cast) -> None:
    with served(cast.administrator):
        assert {each.code for each in list_countries(cast.administrator)} >= {"AA", "BB", "CC"}
    with served(cast.national_administrator):
        assert [each.code for each in list_countries(cast.national_administrator)] == ["AA"]
        with pytest.raises(NotFound):
            view_country(cast.national_administrator, cast.partner.unit.country_id)
    with served(cast.owner), pytest.raises(NotFound):
        view_country(cast.owner, cast.owner.unit.country_id)


def test_floor_hides_the_way_in_from_other_countries(cast: Cast) -> None:
    country = invited_country(cast.administrator)
    give_agreement(country, cast.administrator)
    seen = {}
    for part in ("administrator", "national_administrator", "owner", "partner", "auditor"):
        with served(getattr(cast, part)):
            seen[part] = (Membership.objects.count(), country.agreements.count(), Approval.objects.count())

    assert seen.pop("administrator") == (1, 1, 1)
    assert set(seen.values()) == {(0, 0, 0)}
