"""Tokens of programs: some rights, one country, some networks, for a while."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import InboxEvent
from accounts.models import ApiToken, Role
from accounts.policies import ROLE_PERMISSIONS, Permission
from accounts.queries import find_usable_token
from accounts.services import TOKEN_DAYS, TOKEN_DAYS_MOST, BadTerm, issue_token
from accounts.signing_in.errors import SecondFactorNeeded
from icse.common.errors import AccessDenied
from tests.cast import Cast
from tests.factories.evidence import submitted

pytestmark = pytest.mark.django_db


def _list_of_materials(client: Client, text: str, **extra: Any) -> Any:
    return client.get(reverse("api_materials"), headers={"Authorization": f"Bearer {text}"}, **extra)


def test_token_carries_no_more_than_was_given_to_it(client: Client, cast: Cast) -> None:
    """Without the right to see, the officer's own material is not there; with it, it is."""
    submitted(cast.owner)
    blind = issue_token(by=cast.owner, officer=cast.owner, permissions=[Permission.MATERIAL_SUBMIT])
    seeing = issue_token(by=cast.owner, officer=cast.owner, permissions=[Permission.MATERIAL_SEE])

    refused, shown = _list_of_materials(client, blind), _list_of_materials(client, seeing)

    assert refused.status_code == 403 or refused.json()["count"] == 0
    assert shown.json()["count"] == 1


def test_token_cannot_carry_more_than_the_role(cast: Cast) -> None:
    for permissions in ([Permission.MATCH_DECIDE], []):
        with pytest.raises(AccessDenied):
            issue_token(by=cast.owner, officer=cast.owner, permissions=permissions)
    assert not ApiToken.objects.exists()


def test_right_that_the_role_has_lost_is_lost_to_the_token(client: Client, cast: Cast) -> None:
    submitted(cast.owner)
    text = issue_token(by=cast.owner, officer=cast.owner)
    cast.owner.role = Role.AUDITOR
    cast.owner.save()

    answer = _list_of_materials(client, text)

    assert answer.status_code == 403 or answer.json()["count"] == 0


@pytest.mark.parametrize(("address", "status"), [("192.0.2.9", 200), ("198.51.100.1", 401), ("", 401)])
def test_token_is_taken_from_its_networks_alone(
    client: Client, cast: Cast, address: str, status: int
) -> None:
    text = issue_token(by=cast.owner, officer=cast.owner, networks=["192.0.2.0/24", "2001:db8::/32"])

    assert _list_of_materials(client, text, REMOTE_ADDR=address).status_code == status


def test_header_does_not_move_a_token_into_its_network(client: Client, cast: Cast) -> None:
    text = issue_token(by=cast.owner, officer=cast.owner, networks=["192.0.2.0/24"])
    outside = {"REMOTE_ADDR": "198.51.100.1", "HTTP_X_FORWARDED_FOR": "192.0.2.9"}

    assert _list_of_materials(client, text, **outside).status_code == 401
    assert InboxEvent.objects.filter(act="token.used", outcome="refused").exists()


def test_officer_who_moved_leaves_the_token_behind(cast: Cast) -> None:
    text = issue_token(by=cast.owner, officer=cast.owner)
    cast.owner.unit = cast.partner.unit
    cast.owner.save()

    assert find_usable_token(text) is None


@pytest.mark.parametrize("days", [0, TOKEN_DAYS_MOST + 1])
def test_token_lives_for_a_year_at_most(cast: Cast, days: int) -> None:
    with pytest.raises(BadTerm):
        issue_token(by=cast.owner, officer=cast.owner, days=days)


def test_token_expires_after_ninety_days_unless_told_otherwise(cast: Cast) -> None:
    issue_token(by=cast.owner, officer=cast.owner)

    expires_at = ApiToken.objects.get().expires_at
    assert expires_at is not None
    left = expires_at - timezone.now()

    assert timedelta(days=TOKEN_DAYS - 1) < left <= timedelta(days=TOKEN_DAYS)


def test_nobody_without_a_second_factor_makes_a_token(cast: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR = True

    with pytest.raises(SecondFactorNeeded):
        issue_token(by=cast.owner, officer=cast.owner)


def test_made_first_used_and_revoked_are_on_record(client: Client, cast: Cast) -> None:
    text = issue_token(by=cast.owner, officer=cast.owner)
    for _ in range(2):
        _list_of_materials(client, text)
    token = ApiToken.objects.get()
    client.force_login(cast.owner)
    for _ in range(2):
        client.post(reverse("revoke_token", args=[token.pk]))

    of_token = InboxEvent.objects.filter(objects_named=[token.pk], act__startswith="token.")
    assert sorted(of_token.values_list("act", flat=True)) == [
        "token.first_used",
        "token.issued",
        "token.revoked",
    ]


@pytest.mark.parametrize("networks", ["somewhere", "192.0.2.0/99"])
def test_page_refuses_what_is_no_network(client: Client, cast: Cast, networks: str) -> None:
    client.force_login(cast.owner)

    page = client.post(
        reverse("issue_token"),
        {"label": "x", "permissions": ["material.see"], "networks": networks, "days": "9"},
    )

    assert "no address and no range" in page.content.decode()
    assert not ApiToken.objects.exists()


def test_page_offers_the_rights_of_the_role_alone(client: Client, cast: Cast) -> None:
    client.force_login(cast.owner)

    page = client.get(reverse("account")).content.decode()

    offered = {each for each in Permission if f'value="{each}"' in page}
    assert offered == ROLE_PERMISSIONS[Role.OFFICER]


def test_console_narrows_a_token(cast: Cast) -> None:
    call_command(
        "create_api_token",
        cast.owner.email,
        "--may=material.see",
        "--network=192.0.2.7",
        "--days=3",
        stdout=StringIO(),
    )

    token = ApiToken.objects.get()
    assert (token.permissions, token.networks) == (["material.see"], ["192.0.2.7/32"])
    with pytest.raises(CommandError, match="1 to 365 days"):
        call_command("create_api_token", cast.owner.email, "--days=999", stdout=StringIO())
