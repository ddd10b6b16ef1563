"""Rights are given only by somebody who has just proven who they are; taking them away does not wait."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Country, Role
from accounts.onboarding.models import Invitation
from tests.cast import Cast
from tests.factories.onboarding import waiting_invitation

pytestmark = pytest.mark.django_db


def _long_ago(client: Client) -> None:
    session = client.session
    session["proved_at"] = time.time() - 3600
    session.save()


@pytest.fixture
def stale(client: Client, cast: Cast) -> Client:
    """Return a client of the national administrator, whose last proof is an hour old."""
    client.force_login(cast.national_administrator)
    _long_ago(client)
    return client


def test_officer_gets_no_right_without_a_recent_proof(stale: Client, cast: Cast) -> None:
    for name, told in (
        ("change_role", {"role": "analyst"}),
        ("officer_service", {"act": "leave"}),
        ("transfer_officer", {"unit": str(cast.owner.unit_id)}),
    ):
        answer = stale.post(reverse(name, args=[cast.owner.pk]), told)
        assert reverse("confirm") in answer["Location"]

    cast.owner.refresh_from_db()
    assert (cast.owner.role, cast.owner.left_at) == (Role.OFFICER, None)


def test_nobody_is_invited_without_a_recent_proof(stale: Client, cast: Cast) -> None:
    invitation = waiting_invitation(cast.national_administrator, cast.owner.unit)
    for answer in (
        stale.get(reverse("invite_officer")),
        stale.get(reverse("import_officers")),
        stale.post(reverse("renew_invitation", args=[invitation.pk])),
    ):
        assert reverse("confirm") in answer["Location"]

    assert Invitation.objects.get().digest == invitation.digest


def test_suspension_does_not_wait_for_a_proof(stale: Client, cast: Cast) -> None:
    stale.post(reverse("officer_service", args=[cast.owner.pk]), {"act": "suspend"})

    cast.owner.refresh_from_db()
    assert not cast.owner.is_active


@pytest.mark.parametrize(("act", "state"), [("suspend", "suspended"), ("resume", "suspended")])
def test_country_is_let_back_in_with_a_proof_only(client: Client, cast: Cast, act: str, state: str) -> None:
    country = cast.partner.unit.country
    Country.objects.filter(pk=country.pk).update(state="suspended" if act == "resume" else "active")
    client.force_login(cast.administrator)
    _long_ago(client)

    client.post(reverse("step_country", args=[country.pk]), {"act": act, "note": "why"})

    country.refresh_from_db()
    assert country.state == state
