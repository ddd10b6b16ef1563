"""The way of a country in, and out of and back into service."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.audit.recording import record
from accounts.models import Country, Officer
from accounts.onboarding.codes import is_country_code, is_organisation_code
from accounts.onboarding.errors import BadCode, NotYet, WrongState
from accounts.onboarding.four_eyes import ask_for_second, decide
from accounts.onboarding.models import Agreement, Approval, CountryStep, Membership
from accounts.onboarding.policies import check_can_approve_countries, check_can_end_country
from accounts.onboarding.queries import APPROVE_COUNTRY, checklist_of
from accounts.onboarding.services.ending import end_access
from accounts.onboarding.states import may_follow
from accounts.policies import Permission, check_can_manage_countries
from accounts.services import create_country

State = Country.State


@dataclass(frozen=True, slots=True)
class NewMember:
    """Who is invited to take part, and whom to call there."""

    code: str
    name: str
    kind: Membership.Kind
    contact_name: str
    contact_email: str


@dataclass(frozen=True, slots=True)
class SignedAgreement:
    """A document as it was received: `sha256` (hexadecimal) or `reference` says which one it is."""

    name: str
    signed_on: date
    sha256: str = ""
    reference: str = ""


@transaction.atomic
def invite_country(*, by: Officer, member: NewMember, note: str = "") -> Country:
    """Enter a country as invited, and ask for the second pair of eyes that will have to approve it.

    Raises:
        AccessDenied: No secretariat administrator.
        BadCode: The code is not one of the kind of member.
        Conflict: Code or name are taken.
    """
    check_can_manage_countries(by)
    _check_code(member)
    country = create_country(by=by, code=member.code, name=member.name)
    Membership.objects.create(
        country=country,
        kind=member.kind,
        contact_name=member.contact_name,
        contact_email=member.contact_email,
    )
    ask_for_second(by=by, act=APPROVE_COUNTRY, object_id=country.pk)
    _write_step(country, by, "", note)
    record("country.invited", country.pk, right=Permission.COUNTRY_MANAGE)
    return country


@transaction.atomic
def confirm_contact(*, by: Officer, country: Country, note: str) -> None:
    """Note that the contact was reached and is who they say; the country goes on to its documents.

    Raises:
        AccessDenied: No secretariat administrator.
        WrongState: The country is past that.
    """
    check_can_manage_countries(by)
    _move(country, State.DOCUMENTS, by, note)
    Membership.objects.filter(country=country).update(contact_confirmed_at=timezone.now())


@transaction.atomic
def receive_agreement(*, by: Officer, country: Country, agreement: SignedAgreement) -> Agreement:
    """Enter a signed agreement; the document itself is kept by the secretariat, not here.

    Raises:
        AccessDenied: No secretariat administrator.
    """
    check_can_manage_countries(by)
    received = Agreement.objects.create(
        country=country,
        name=agreement.name,
        signed_on=agreement.signed_on,
        sha256=agreement.sha256,
        reference=agreement.reference,
        received_by=by,
    )
    record("agreement.received", country.pk, received.pk, right=Permission.COUNTRY_MANAGE)
    return received


@transaction.atomic
def approve_country(*, by: Officer, country: Country, note: str = "") -> None:
    """Be the second pair of eyes: approve a country that a colleague has invited.

    Raises:
        AccessDenied: No secretariat administrator.
        SamePair: The one who invited it.
        NotYet: Contact or agreement are missing.
        WrongState: It does not stand before its approval.
    """
    check_can_approve_countries(by)
    _move(country, State.APPROVED, by, note)
    decide(by=by, act=APPROVE_COUNTRY, object_id=country.pk, verdict=Approval.Verdict.APPROVED, note=note)


@transaction.atomic
def activate_country(*, by: Officer, country: Country, note: str = "") -> None:
    """Let a country take part, once nothing on its list is missing.

    Raises:
        AccessDenied: No secretariat administrator.
        NotYet: Something is missing.
        WrongState: It is not approved.
    """
    check_can_manage_countries(by)
    _check_state(country, State.APPROVED)
    _move(country, State.ACTIVE, by, note)


@transaction.atomic
def suspend_country(*, by: Officer, country: Country, note: str) -> None:
    """Take a country out of service: its officers are out within five seconds, what it shared stays.

    Raises:
        AccessDenied: No secretariat administrator, or their own country.
        WrongState: It is not active.
    """
    check_can_end_country(by, country)
    _move(country, State.SUSPENDED, by, note)
    end_access(Officer.objects.filter(unit__country=country))


@transaction.atomic
def resume_country(*, by: Officer, country: Country, note: str) -> None:
    """Let a suspended country take part again; everybody signs in anew, programs need new tokens.

    Raises:
        AccessDenied: No secretariat administrator, or their own country.
        WrongState: It is not suspended.
    """
    check_can_end_country(by, country)
    _check_state(country, State.SUSPENDED)
    _move(country, State.ACTIVE, by, note)


def _check_code(member: NewMember) -> None:
    code = member.code.upper()
    if member.kind == Membership.Kind.COUNTRY and not is_country_code(code):
        raise BadCode(
            f"{code} is no country's code in ISO 3166. An organisation takes 3 to 8 letters and digits."
        )
    if member.kind == Membership.Kind.ORGANISATION and not is_organisation_code(code):
        raise BadCode("An organisation's code is 3 to 8 letters and digits, the first a letter.")


def _move(country: Country, after: State, by: Officer, note: str) -> None:
    """Bring a country into its next state and write that down; `country` is brought up to date.

    Raises:
        NotYet: Something on its list is missing.
        WrongState: No way leads there, for instance because somebody was faster.
    """
    locked = Country.objects.select_for_update().get(pk=country.pk)
    before = locked.state
    if not may_follow(before, after):
        raise WrongState(f"{locked.name} is {locked.get_state_display().lower()}; nothing was changed.")
    missing = checklist_of(locked).missing_for(after) if before != State.SUSPENDED else []
    if missing:
        raise NotYet(missing)
    country.state = after
    country.save(update_fields=["state"])
    _write_step(country, by, before, note)
    record(f"country.{after}", country.pk, right=Permission.COUNTRY_MANAGE, before=before)


def _check_state(country: Country, state: State) -> None:
    present = Country.objects.values_list("state", flat=True).get(pk=country.pk)
    if present != state:
        raise WrongState(f"{country.name} is {State(present).label.lower()}; nothing was changed.")


def _write_step(country: Country, by: Officer, before: str, note: str) -> None:
    CountryStep.objects.create(country=country, before=before, after=country.state, taken_by=by, note=note)
