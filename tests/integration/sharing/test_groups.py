"""Sharing groups and default levels: who may do what, and what the floor shows of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import InboxEvent
from accounts.models import Officer, Role, Sharing
from accounts.sharing.errors import BadAudience
from accounts.sharing.models import DefaultSharing, GroupMembership, SharingGroup
from accounts.sharing.queries import default_level, list_groups
from accounts.sharing.services import (
    accept_invitation,
    choose_default,
    end_group,
    invite_country,
    leave_group,
    make_group,
    remove_country,
)
from icse.common.errors import AccessDenied, Conflict, NotFound
from tests.factories.accounts import OfficerFactory
from tests.factories.sharing import GroupMembershipFactory, grouped
from tests.roles import served

if TYPE_CHECKING:
    from tests.cast import Cast

pytestmark = pytest.mark.django_db


def _administrator(officer: Officer) -> Officer:
    made: Officer = OfficerFactory.create(unit=officer.unit, role=Role.NATIONAL_ADMINISTRATOR)
    return made


def _made(cast: Cast) -> SharingGroup:
    by = cast.national_administrator
    with served(by):
        return make_group(by=by, name="Joint operation", purpose="One drawn room.")


def _invited(cast: Cast, group: SharingGroup, officer: Officer) -> None:
    with served(cast.national_administrator):
        invite_country(by=cast.national_administrator, group_id=group.pk, country=officer.unit.country)


def _acts() -> list[str]:
    return list(InboxEvent.objects.order_by("happened_at").values_list("act", flat=True))


def test_group_is_made_joined_left_and_ended_each_on_record(cast: Cast) -> None:
    group, partner = _made(cast), _administrator(cast.partner)
    _invited(cast, group, cast.partner)
    with served(partner):
        accept_invitation(by=partner, group_id=group.pk)
        leave_group(by=partner, group_id=group.pk)
        assert not list_groups(partner)
    with served(cast.national_administrator):
        end_group(by=cast.national_administrator, group_id=group.pk)

    assert _acts() == ["group.made", "group.invited", "group.accepted", "group.left", "group.ended"]


def test_country_that_left_is_back_only_when_asked_again(cast: Cast) -> None:
    group, partner = _made(cast), _administrator(cast.partner)
    _invited(cast, group, cast.partner)
    with served(partner):
        leave_group(by=partner, group_id=group.pk)
        with pytest.raises(NotFound):
            accept_invitation(by=partner, group_id=group.pk)
    _invited(cast, group, cast.partner)
    with served(partner):
        assert accept_invitation(by=partner, group_id=group.pk).state == "accepted"


def test_owner_takes_a_country_out_and_cannot_leave(cast: Cast) -> None:
    group = _made(cast)
    _invited(cast, group, cast.partner)
    place = group.memberships.get(country=cast.partner.unit.country)
    with served(cast.national_administrator):
        remove_country(by=cast.national_administrator, group_id=group.pk, membership_id=place.pk)
        with pytest.raises(Conflict):
            leave_group(by=cast.national_administrator, group_id=group.pk)

    place.refresh_from_db()
    assert place.state == "left"


@pytest.mark.parametrize("part", ["owner", "analyst", "auditor", "administrator"])
def test_only_national_administrators_answer_for_a_country(cast: Cast, part: str) -> None:
    with served(getattr(cast, part)), pytest.raises(AccessDenied):
        make_group(by=getattr(cast, part), name="Mine", purpose="None")
    with served(getattr(cast, part)), pytest.raises(AccessDenied):
        choose_default(by=getattr(cast, part), level=Sharing.MEMBERS)


def test_member_does_not_run_a_group_of_another_country(cast: Cast) -> None:
    group, partner = grouped(cast.owner, cast.partner), _administrator(cast.partner)
    with served(partner):
        with pytest.raises(AccessDenied):
            end_group(by=partner, group_id=group.pk)
        with pytest.raises(AccessDenied):
            invite_country(by=partner, group_id=group.pk, country=cast.third.unit.country)


@pytest.mark.parametrize(("hidden", "known"), [(False, {"AA", "BB", "CC"}), (True, {"BB"})])
def test_member_knows_the_others_unless_membership_is_hidden(
    cast: Cast, *, hidden: bool, known: set[str]
) -> None:
    grouped(cast.owner, cast.partner, cast.third, hidden_membership=hidden)
    with served(cast.partner):
        (group,) = list_groups(cast.partner)
        by_floor = set(GroupMembership.objects.values_list("country__code", flat=True))

    assert {place.country.code for place in vars(group)["known"]} == known
    assert by_floor == known
    assert group.owner.code == "AA"


def test_floor_shows_strangers_neither_groups_nor_defaults(cast: Cast) -> None:
    grouped(cast.owner, cast.partner)
    DefaultSharing.objects.create(country=cast.owner.unit.country, level=Sharing.GROUP)
    with served(cast.third):
        assert not SharingGroup.objects.exists()
        assert not GroupMembership.objects.exists()
        assert not DefaultSharing.objects.exists()


def test_floor_lets_nobody_write_a_country_into_a_group(cast: Cast) -> None:
    group, partner = grouped(cast.owner), _administrator(cast.partner)
    asked = GroupMembershipFactory.create(
        group=group, country=cast.third.unit.country, state="invited", since=None
    )
    with served(partner), pytest.raises(DatabaseError, match="row-level"), transaction.atomic():
        GroupMembership.objects.create(
            group=group, country=partner.unit.country, state="accepted", since=timezone.now()
        )
    owners = {"state": "accepted", "since": timezone.now()}
    with (
        served(cast.national_administrator),
        pytest.raises(DatabaseError, match="row-level"),
        transaction.atomic(),
    ):
        GroupMembership.objects.filter(pk=asked.pk).update(**owners)
    with served(cast.owner):
        assert SharingGroup.objects.update(name="Renamed") == 0


def test_default_names_only_groups_that_the_country_is_in(cast: Cast) -> None:
    by, foreign = cast.national_administrator, grouped(cast.partner, cast.third)
    own = grouped(cast.owner, cast.partner)
    with served(by):
        for groups in ([], [foreign.pk], [own.pk, foreign.pk]):
            with pytest.raises(BadAudience):
                choose_default(by=by, level=Sharing.GROUP, groups=groups)
        choose_default(by=by, level=Sharing.GROUP, groups=[own.pk])
        assert default_level(by.unit.country) == Sharing.GROUP
    assert own.memberships.get(country=by.unit.country).is_default


def _page(officer: Officer, address: str, **told: object) -> str:
    client = Client()
    client.force_login(officer)
    answer = client.post(address, told, follow=True) if told else client.get(address)
    return answer.content.decode()


def test_group_is_made_and_countries_asked_on_its_pages(cast: Cast) -> None:
    by = cast.national_administrator
    last = (timezone.now() + timedelta(days=30)).date().isoformat()
    told = {"name": "Lantern", "purpose": "One drawn room.", "valid_until": last}
    made = _page(by, reverse("sharing_groups"), **told)
    group = SharingGroup.objects.get()
    address = reverse("sharing_group", args=[group.pk])
    asked = _page(by, address, country=str(cast.partner.unit.country_id))

    assert "Lantern" in made
    assert f"{cast.partner.unit.country.name} was asked." in asked
    assert "asks Country BB into this group" in _page(_administrator(cast.partner), address)
    assert "Ask a country in" not in _page(cast.owner, address)


def test_default_is_chosen_on_the_page_and_worded_on_upload(cast: Cast) -> None:
    answer = _page(cast.national_administrator, reverse("choose_default_sharing"), level="members")

    assert "The default was changed" in answer
    assert "At present all members." in _page(cast.owner, reverse("upload"))
