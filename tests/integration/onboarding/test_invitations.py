"""Inviting officers by a one-time link, and coming in by it."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit.models import InboxEvent
from accounts.models import Country, Officer, Role, Unit
from accounts.onboarding.errors import InvitationNotValid, WrongState
from accounts.onboarding.models import Invitation
from accounts.onboarding.services.invitations import (
    Newcomer,
    invite_first_administrator,
    invite_officer,
    join,
    renew_invitation,
    revoke_invitation,
)
from accounts.services import BadAddress, WeakPassword
from icse.common.errors import AccessDenied, Conflict
from tests.cast import Cast
from tests.factories.accounts import PASSWORD
from tests.factories.onboarding import waiting_invitation
from tests.roles import served

pytestmark = pytest.mark.django_db

NORA = Newcomer("Nora@police.example", "Nora Newcomer", Role.ANALYST)


def test_invited_officer_comes_in_once(cast: Cast) -> None:
    administrator = cast.national_administrator
    with served(administrator):
        issued = invite_officer(by=administrator, unit=cast.owner.unit, newcomer=NORA)
    with served():
        officer = join(code=issued.code, full_name="Nora N. Newcomer", password=PASSWORD)
        with pytest.raises(InvitationNotValid):
            join(code=issued.code, full_name="Somebody Else", password=PASSWORD)

    officer = Officer.objects.get(pk=officer.pk)
    assert (officer.email, officer.full_name) == ("nora@police.example", "Nora N. Newcomer")
    assert (officer.unit, officer.role) == (cast.owner.unit, Role.ANALYST)
    assert officer.check_password(PASSWORD)
    assert not officer.must_change_password
    invitation = Invitation.objects.get()
    assert invitation.officer == officer
    assert issued.code not in invitation.digest
    acts = InboxEvent.objects.order_by("happened_at").values_list("act", "officer_id")
    assert list(acts) == [("officer.invited", administrator.pk), ("officer.joined", officer.pk)]


@pytest.mark.parametrize(
    "fields",
    [
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"revoked_at": timezone.now()},
    ],
    ids=["expired", "revoked"],
)
def test_link_that_is_over_opens_nothing(cast: Cast, fields: dict[str, datetime]) -> None:
    waiting_invitation(cast.national_administrator, cast.owner.unit, code="the code", **fields)

    with served(), pytest.raises(InvitationNotValid):
        join(code="the code", full_name="Nora", password=PASSWORD)


def test_link_opens_nothing_while_country_or_unit_are_out_of_service(cast: Cast) -> None:
    waiting_invitation(cast.national_administrator, cast.owner.unit)
    for model, pk, change in (
        (Country, cast.owner.unit.country_id, {"state": "approved"}),
        (Unit, cast.owner.unit_id, {"is_active": False}),
    ):
        with transaction.atomic():
            model.objects.filter(pk=pk).update(**change)
            with served(), pytest.raises(InvitationNotValid):
                join(code="the code", full_name="Nora", password=PASSWORD)
            transaction.set_rollback(True)

    with served():
        assert join(code="the code", full_name="Nora", password=PASSWORD).is_active


def test_weak_password_leaves_the_link_as_it_was(cast: Cast) -> None:
    waiting_invitation(cast.national_administrator, cast.owner.unit)

    with served():
        with pytest.raises(WeakPassword):
            join(code="the code", full_name="Nora", password="short")
        assert join(code="the code", full_name="Nora", password=PASSWORD).is_active


def test_renewed_invitation_has_another_code(cast: Cast) -> None:
    administrator = cast.national_administrator
    invitation = waiting_invitation(
        administrator, cast.owner.unit, expires_at=timezone.now() - timedelta(days=1)
    )
    with served(administrator):
        renewed = renew_invitation(by=administrator, invitation=invitation)

    with served():
        with pytest.raises(InvitationNotValid):
            join(code="the code", full_name="Nora", password=PASSWORD)
        assert join(code=renewed.code, full_name="Nora", password=PASSWORD).is_active


def test_revoked_invitation_is_over(cast: Cast) -> None:
    administrator = cast.national_administrator
    invitation = waiting_invitation(administrator, cast.owner.unit)
    with served(administrator):
        revoke_invitation(by=administrator, invitation=invitation)
        with pytest.raises(WrongState):
            renew_invitation(by=administrator, invitation=invitation)
        again = invite_officer(
            by=administrator, unit=cast.owner.unit, newcomer=Newcomer(invitation.email, "Nora")
        )

    assert again.invitation.pk != invitation.pk


@pytest.mark.parametrize("part", ["owner", "analyst", "auditor", "administrator", "partner"])
def test_nobody_else_invites(cast: Cast, part: str) -> None:
    with pytest.raises(AccessDenied):
        invite_officer(by=getattr(cast, part), unit=cast.colleague.unit, newcomer=NORA)


@pytest.mark.parametrize("part", ["national_administrator", "administrator"])
def test_nobody_is_invited_to_be_secretariat_administrator(cast: Cast, part: str) -> None:
    administrator = getattr(cast, part)
    newcomer = Newcomer("new@police.example", "Nora", Role.SECRETARIAT_ADMINISTRATOR)

    with pytest.raises(AccessDenied, match="console"):
        invite_officer(by=administrator, unit=administrator.unit, newcomer=newcomer)


def test_national_administrator_invites_into_no_other_country(cast: Cast) -> None:
    with pytest.raises(AccessDenied):
        invite_officer(by=cast.national_administrator, unit=cast.partner.unit, newcomer=NORA)


def test_secretariat_names_an_administrator_only_where_there_is_none(cast: Cast) -> None:
    head = Newcomer("head@police.example", "Hanne Head", Role.NATIONAL_ADMINISTRATOR)
    with served(cast.administrator):
        for country in (cast.partner.unit.country, cast.owner.unit.country):
            if country == cast.owner.unit.country:
                with pytest.raises(AccessDenied):
                    _name(cast, country, head)
            else:
                _name(cast, country, head)
                with pytest.raises(AccessDenied):
                    _name(cast, country, head)


def _name(cast: Cast, country: Country, newcomer: Newcomer) -> None:
    invite_first_administrator(by=cast.administrator, country=country, unit_name="Central", newcomer=newcomer)


def test_secretariat_does_not_take_over_an_officers_invitation(cast: Cast) -> None:
    """Whoever renews a link holds it: the secretariat would come in as an officer with a right to media."""
    invitation = waiting_invitation(cast.national_administrator, cast.owner.unit)

    for act in (renew_invitation, revoke_invitation):
        with pytest.raises(AccessDenied):
            act(by=cast.administrator, invitation=invitation)


def test_address_is_invited_once(cast: Cast) -> None:
    administrator, unit = cast.national_administrator, cast.owner.unit
    with served(administrator):
        invite_officer(by=administrator, unit=unit, newcomer=NORA)
        with pytest.raises(Conflict, match="renew or revoke"):
            invite_officer(by=administrator, unit=unit, newcomer=NORA)
        with pytest.raises(Conflict, match="signs in"):
            invite_officer(by=administrator, unit=unit, newcomer=Newcomer(cast.owner.email.upper(), "x"))
        with pytest.raises(BadAddress):
            invite_officer(by=administrator, unit=unit, newcomer=Newcomer("no address", "x"))


def test_floor_shows_invitations_to_those_who_administer_them(cast: Cast) -> None:
    waiting_invitation(cast.national_administrator, cast.owner.unit)
    seen = {}
    for part, officer in cast.officers():
        with served(officer):
            seen[part] = Invitation.objects.count()

    assert {part for part, count in seen.items() if count} == {"national_administrator", "administrator"}


def test_used_invitation_names_its_officer(cast: Cast) -> None:
    waiting_invitation(cast.national_administrator, cast.owner.unit)

    with pytest.raises(IntegrityError, match="invitation_is_used_by_an_officer"), transaction.atomic():
        Invitation.objects.update(used_at=timezone.now())
