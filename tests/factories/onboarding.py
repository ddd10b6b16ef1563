"""Countries on their way in, and invitations whose code is known."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Country, Officer, Role, Unit
from accounts.onboarding.models import Agreement, Approval, Invitation, Membership
from accounts.onboarding.queries import APPROVE_COUNTRY
from accounts.tokens import digest_of
from tests.factories.accounts import CountryFactory


def invited_country(by: Officer, *, code: str = "DK", **fields: Any) -> Country:
    """Return a country that a secretariat administrator has invited; `fields` are those of Country."""
    country: Country = CountryFactory.create(code=code, **{"state": "invited", **fields})
    Membership.objects.create(
        country=country, kind="country", contact_name="Kim Contact", contact_email="kim@police.example"
    )
    Approval.objects.create(act=APPROVE_COUNTRY, object_id=country.pk, country=by.unit.country, asked_by=by)
    return country


def give_agreement(country: Country, by: Officer) -> Agreement:
    """Enter an agreement of the country."""
    return Agreement.objects.create(
        country=country,
        name="Agreement on use",
        signed_on=timezone.now().date(),
        reference="A-1",
        received_by=by,
    )


def waiting_invitation(by: Officer, unit: Unit, *, code: str = "the code", **fields: Any) -> Invitation:
    """Return an invitation that waits for whoever has the code; `fields` are those of Invitation."""
    told = {
        "email": "new@police.example",
        "full_name": "Nora Newcomer",
        "role": Role.OFFICER,
        "expires_at": timezone.now() + timedelta(hours=1),
        **fields,
    }
    return Invitation.objects.create(
        country=unit.country, unit=unit, digest=digest_of(code), invited_by=by, **told
    )
