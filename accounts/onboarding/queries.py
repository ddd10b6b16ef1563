"""Reads about countries, units, officers and invitations, as far as somebody administers them."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, Q, QuerySet

from accounts.models import Country, Officer, Role, Unit
from accounts.onboarding.four_eyes import find_approval, may_decide
from accounts.onboarding.models import Agreement, Approval, CountryStep, Invitation, Membership
from accounts.onboarding.policies import (
    check_can_administer,
    check_can_approve_countries,
    check_can_end_country,
    check_can_invite_officer,
    check_can_manage_invitation,
    check_can_manage_officer,
    check_can_suspend_officer,
)
from accounts.onboarding.states import Checklist
from accounts.policies import (
    Permission,
    check_can_manage_countries,
    check_can_manage_officers,
    has_permission,
)
from accounts.tokens import digest_of
from icse.common.access import allows
from icse.common.errors import NotFound

APPROVE_COUNTRY: Final = "country.approve"
OFFICERS_A_PAGE: Final = 50

OFFICER_STATES: Final = {
    "active": Q(is_active=True, unit__is_active=True),
    "suspended": Q(left_at=None) & (Q(is_active=False) | Q(unit__is_active=False)),
    "left": Q(left_at__isnull=False),
}


@dataclass(frozen=True, slots=True)
class OfficerFilter:
    """What a list of officers is narrowed to; empty fields narrow nothing."""

    words: str = ""
    country: UUID | None = None
    unit: UUID | None = None
    role: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class InvitationLine:
    """An invitation that waits, and whether the one who asks may renew or revoke it."""

    invitation: Invitation
    may_manage: bool


@dataclass(frozen=True)
class CountryView:
    """A country as its administrators see it, with what the one who asks may do."""

    country: Country
    membership: Membership | None
    checklist: Checklist
    approval: Approval | None
    agreements: list[Agreement]
    steps: list[CountryStep]
    units: list[Unit]
    invitations: list[InvitationLine]
    is_mine: bool
    may_manage: bool
    may_approve: bool
    may_end: bool
    may_name_administrator: bool


def countries_of(by: Officer) -> QuerySet[Country]:
    """Return the countries that somebody administers: the secretariat all, a country its own, others none."""
    if has_permission(by, Permission.COUNTRY_MANAGE):
        return Country.objects.all()
    if has_permission(by, Permission.OFFICER_MANAGE):
        return Country.objects.filter(pk=by.unit.country_id)
    return Country.objects.none()


def list_countries(by: Officer, *, words: str = "", state: str = "") -> list[Country]:
    """Return the administered countries with `unit_count`, `officer_count` and `last_active_at`.

    Raises:
        AccessDenied: No administrator.
    """
    check_can_administer(by)
    found = countries_of(by).filter(Q(name__icontains=words) | Q(code__istartswith=words))
    if state:
        found = found.filter(state=state)
    return list(
        found.annotate(
            unit_count=Count("units", distinct=True),
            officer_count=Count("units__officers", filter=Q(units__officers__left_at=None), distinct=True),
            last_active_at=Max("units__officers__last_active_at"),
        ).order_by("name")
    )


def get_administered_country(by: Officer, pk: UUID) -> Country:
    """Return a country that somebody administers.

    Raises:
        NotFound: There is none, or they do not administer it.
    """
    country = countries_of(by).filter(pk=pk).first()
    if country is None:
        raise NotFound
    return country


def view_country(by: Officer, pk: UUID) -> CountryView:
    """Return everything about a country's way in, its units and waiting invitations.

    Raises:
        NotFound: There is none, or the asker does not administer it.
    """
    country = get_administered_country(by, pk)
    approval = find_approval(APPROVE_COUNTRY, country.pk)
    return CountryView(
        country=country,
        membership=Membership.objects.filter(country=country).first(),
        checklist=checklist_of(country),
        approval=approval,
        agreements=list(country.agreements.select_related("received_by")),
        steps=list(country.steps.select_related("taken_by")),
        units=list_units(country),
        invitations=list_waiting_invitations(by, country),
        is_mine=allows(check_can_manage_officers, by, country) and country.state == Country.State.ACTIVE,
        may_manage=allows(check_can_manage_countries, by),
        may_approve=allows(check_can_approve_countries, by) and may_decide(by, approval),
        may_end=allows(check_can_end_country, by, country),
        may_name_administrator=allows(
            check_can_invite_officer,
            by,
            country,
            Role.NATIONAL_ADMINISTRATOR,
            has_administrator=has_administrator(country),
        )
        and allows(check_can_manage_countries, by),
    )


def checklist_of(country: Country) -> Checklist:
    """Return what a country on its way in has and lacks."""
    return Checklist(
        is_contact_confirmed=Membership.objects.filter(
            country=country, contact_confirmed_at__isnull=False
        ).exists(),
        has_agreement=country.agreements.exists(),
        has_administrator=has_administrator(country),
        is_approved=country.steps.filter(after=Country.State.APPROVED).exists(),
    )


def has_administrator(country: Country) -> bool:
    """Tell whether a country has a national administrator, or has invited one whose link still works."""
    role = Role.NATIONAL_ADMINISTRATOR
    return (
        Officer.objects.filter(unit__country=country, role=role, is_active=True).exists()
        or country.invitations.waiting().filter(role=role).exists()
    )


def list_units(country: Country) -> list[Unit]:
    """Return a country's units with `officer_count` and `last_active_at`."""
    return list(
        country.units.annotate(
            officer_count=Count("officers", filter=Q(officers__left_at=None)),
            last_active_at=Max("officers__last_active_at"),
        ).order_by("name")
    )


def get_administered_unit(by: Officer, pk: UUID) -> Unit:
    """Return a unit of a country that somebody administers.

    Raises:
        NotFound: There is none, or they do not administer its country.
    """
    units = Unit.objects.filter(country__in=countries_of(by)).select_related("country")
    unit = units.filter(pk=pk).first()
    if unit is None:
        raise NotFound
    return unit


def list_own_units(by: Officer) -> list[Unit]:
    """Return the units into which officers of the own country may be invited or moved."""
    return list(Unit.objects.active().filter(country=by.unit.country_id))


def list_waiting_invitations(by: Officer, country: Country) -> list[InvitationLine]:
    """Return a country's invitations that were neither used nor revoked, newest first."""
    waiting = country.invitations.waiting().select_related("unit", "country", "invited_by")
    return [InvitationLine(each, allows(check_can_manage_invitation, by, each)) for each in waiting]


def get_invitation(by: Officer, pk: UUID) -> Invitation:
    """Return an invitation into a country that somebody administers.

    Raises:
        NotFound: There is none, or they do not administer its country.
    """
    invitations = Invitation.objects.select_related("unit__country", "country", "invited_by")
    invitation = invitations.filter(pk=pk, country__in=countries_of(by)).first()
    if invitation is None:
        raise NotFound
    return invitation


def find_usable_invitation(code: str) -> Invitation | None:
    """Return the invitation that a code opens, or None; whoever asks is not known yet.

    The digest is looked up, not the code: what the time of the look-up tells is about the digest.
    """
    found = Invitation.objects.raw("SELECT * FROM onboarding_find_invitation(%s)", [digest_of(code)])
    return next(iter(found), None)


def list_officers(by: Officer, narrowed: OfficerFilter, *, page: str = "") -> Page[Officer]:
    """Return a page of the officers of the administered countries, by name.

    Raises:
        AccessDenied: No administrator.
    """
    check_can_administer(by)
    found = _officers_of(by).filter(
        Q(full_name__icontains=narrowed.words) | Q(email__icontains=narrowed.words), *_conditions(narrowed)
    )
    return Paginator(found.order_by("full_name", "pk"), OFFICERS_A_PAGE).get_page(page)


def get_administered_officer(by: Officer, pk: UUID) -> Officer:
    """Return an officer of a country that somebody administers, with unit and country.

    Raises:
        NotFound: There is none, or they do not administer their country.
    """
    officer = _officers_of(by).filter(pk=pk).first()
    if officer is None:
        raise NotFound
    return officer


def _officers_of(by: Officer) -> QuerySet[Officer]:
    return Officer.objects.filter(unit__country__in=countries_of(by)).select_related("unit__country")


def _conditions(narrowed: OfficerFilter) -> list[Q]:
    conditions = [OFFICER_STATES[narrowed.state]] if narrowed.state else []
    if narrowed.country:
        conditions.append(Q(unit__country=narrowed.country))
    if narrowed.unit:
        conditions.append(Q(unit=narrowed.unit))
    if narrowed.role:
        conditions.append(Q(role=narrowed.role))
    return conditions


@dataclass(frozen=True)
class OfficerView:
    """An officer as an administrator sees them, with what the one who asks may do."""

    officer: Officer
    state: str
    invitation: Invitation | None
    may_manage: bool
    may_suspend: bool


def view_officer(by: Officer, pk: UUID) -> OfficerView:
    """Return an officer with their state and how they came in.

    Raises:
        NotFound: There is none, or the asker does not administer their country.
    """
    officer = get_administered_officer(by, pk)
    has_left = officer.left_at is not None
    return OfficerView(
        officer=officer,
        state=state_of(officer),
        invitation=Invitation.objects.filter(officer=officer).select_related("invited_by").first(),
        may_manage=not has_left and allows(check_can_manage_officer, by, officer),
        may_suspend=not has_left and allows(check_can_suspend_officer, by, officer),
    )


def state_of(officer: Officer) -> str:
    """Return an officer's state in one word: active, suspended or left."""
    if officer.left_at is not None:
        return "left"
    return "active" if officer.is_active and officer.unit.is_active else "suspended"
