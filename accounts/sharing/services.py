"""Writes: sharing groups and what a country shares by default. None of them touches evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.audit.recording import record
from accounts.models import Country, Scope, Sharing
from accounts.policies import Permission
from accounts.sharing.errors import BadAudience
from accounts.sharing.models import DefaultSharing, GroupMembership, SharingGroup
from accounts.sharing.policies import check_can_manage_groups, check_can_run_group
from accounts.sharing.queries import find_own_membership, get_visible_group, list_open_groups
from icse.common.errors import Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from accounts.models import Officer


@transaction.atomic
def make_group(
    *,
    by: Officer,
    name: str,
    purpose: str,
    hidden_membership: bool = False,
    valid_until: datetime | None = None,
) -> SharingGroup:
    """Make a sharing group that the officer's country owns and is the first member of.

    Raises:
        AccessDenied: The officer's role may not answer for the country.
        Conflict: The country owns a group of that name.
    """
    check_can_manage_groups(by)
    group = SharingGroup(
        owner=by.unit.country,
        scope=Scope.objects.create(kind=Scope.Kind.GROUP),
        name=" ".join(name.split()),
        purpose=purpose,
        hidden_membership=hidden_membership,
        valid_until=valid_until,
    )
    try:
        with transaction.atomic():
            group.save(force_insert=True)
    except IntegrityError:
        raise Conflict("Your country owns a sharing group of that name already.") from None
    _insert_membership(group, by.unit.country, GroupMembership.State.ACCEPTED, since=timezone.now())
    _record(by, "group.made", group)
    return group


@transaction.atomic
def invite_country(
    *, by: Officer, group_id: UUID, country: Country, valid_until: datetime | None = None
) -> GroupMembership:
    """Ask a country into a group; it is in once its own national administrator has accepted.

    Raises:
        NotFound: There is no such group that the officer's country knows of.
        AccessDenied: Another country owns it.
        Conflict: The group is over, or the country is in it or was asked already.
    """
    group = get_visible_group(by, group_id)
    check_can_run_group(by, group)
    if group.is_over:
        raise Conflict("The group is over. Make a new one.")
    try:
        with transaction.atomic():
            membership = _insert_membership(
                group, country, GroupMembership.State.INVITED, valid_until=valid_until
            )
    except IntegrityError:
        raise Conflict(f"{country} is in the group or was asked already.") from None
    _record(by, "group.invited", group, country=country)
    return membership


@transaction.atomic
def accept_invitation(*, by: Officer, group_id: UUID) -> GroupMembership:
    """Accept, for the officer's own country, an invitation into a group.

    Raises:
        AccessDenied: The officer's role may not answer for the country.
        NotFound: The country was not asked into such a group.
        Conflict: It is in the group already.
    """
    group, membership = _own_place(by, group_id)
    if membership.state != GroupMembership.State.INVITED:
        raise Conflict("Your country is in this group already.")
    membership.state = GroupMembership.State.ACCEPTED
    membership.since = timezone.now()
    membership.save(update_fields=["state", "since"])
    _record(by, "group.accepted", group)
    return membership


@transaction.atomic
def leave_group(*, by: Officer, group_id: UUID) -> None:
    """Leave a group, or decline an invitation; what was shared with it stays until its sharing is changed.

    Raises:
        AccessDenied: The officer's role may not answer for the country.
        NotFound: The country is not in such a group.
        Conflict: The country owns the group, which it can only end.
    """
    group, membership = _own_place(by, group_id)
    if group.owner_id == by.unit.country_id:
        raise Conflict("Your country owns this group. End it instead.")
    _leave(membership)
    _record(by, "group.left", group)


@transaction.atomic
def remove_country(*, by: Officer, group_id: UUID, membership_id: UUID) -> None:
    """Take a country out of a group, or an invitation back.

    Raises:
        NotFound: There is no such group or place in it.
        AccessDenied: Another country owns the group.
        Conflict: It is the owner's own place.
    """
    group = get_visible_group(by, group_id)
    check_can_run_group(by, group)
    membership = GroupMembership.objects.standing().filter(group=group, pk=membership_id).first()
    if membership is None:
        raise NotFound
    if membership.country_id == group.owner_id:
        raise Conflict("Your country owns this group. End it instead.")
    _leave(membership)
    _record(by, "group.removed", group, country=membership.country)


@transaction.atomic
def end_group(*, by: Officer, group_id: UUID) -> None:
    """End a group for good: from the next request on nobody sees anything through it.

    Raises:
        NotFound: There is no such group that the officer's country knows of.
        AccessDenied: Another country owns it.
    """
    group = get_visible_group(by, group_id)
    check_can_run_group(by, group)
    group.state = SharingGroup.State.ENDED
    group.save(update_fields=["state"])
    _record(by, "group.ended", group)


@transaction.atomic
def choose_default(*, by: Officer, level: Sharing, groups: Collection[UUID] = ()) -> DefaultSharing:
    """Choose what `default` means for the officer's country, at once and for all that was shared so.

    Raises:
        AccessDenied: The officer's role may not answer for the country.
        BadAudience: The level is groups, and none is named or one that the country is not in.
    """
    check_can_manage_groups(by)
    country = by.unit.country
    chosen = set(groups) if level == Sharing.GROUP else set()
    if level == Sharing.GROUP and not chosen:
        raise BadAudience("Choose at least one sharing group.")
    if not chosen <= {group.pk for group in list_open_groups(by)}:
        raise BadAudience("Choose sharing groups that your country is in.")
    own = GroupMembership.objects.standing().filter(country=country)
    own.filter(is_default=True).exclude(group__in=chosen).update(is_default=False)
    own.filter(group__in=chosen).update(is_default=True)
    default, _ = DefaultSharing.objects.update_or_create(country=country, defaults={"level": level})
    record(
        "default_sharing.chosen", country.pk, *chosen, by=by, right=Permission.GROUP_MANAGE, level=str(level)
    )
    return default


def _own_place(by: Officer, group_id: UUID) -> tuple[SharingGroup, GroupMembership]:
    check_can_manage_groups(by)
    group = get_visible_group(by, group_id)
    membership = find_own_membership(by, group)
    if membership is None:
        raise NotFound
    return group, membership


def _insert_membership(
    group: SharingGroup,
    country: Country,
    state: GroupMembership.State,
    *,
    since: datetime | None = None,
    valid_until: datetime | None = None,
) -> GroupMembership:
    return GroupMembership.objects.create(
        group=group, country=country, state=state, since=since, valid_until=valid_until
    )


def _leave(membership: GroupMembership) -> None:
    membership.state = GroupMembership.State.LEFT
    membership.is_default = False
    membership.save(update_fields=["state", "is_default"])


def _record(by: Officer, act: str, group: SharingGroup, *, country: Country | None = None) -> None:
    named = [group.pk] if country is None else [group.pk, country.pk]
    record(act, *named, by=by, right=Permission.GROUP_MANAGE)
