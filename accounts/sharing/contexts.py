"""What the pages about sharing groups show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.sharing.forms import DefaultForm, GroupForm, InvitationForm
from accounts.sharing.policies import check_can_manage_groups, check_can_run_group
from accounts.sharing.queries import (
    default_level,
    find_own_membership,
    get_visible_group,
    list_default_groups,
    list_groups,
    list_invitable_countries,
    list_open_groups,
)
from accounts.sharing.wording import default_in_words, members_in_words
from icse.common.access import allows

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import QueryDict

    from accounts.models import Officer


def groups_context(
    officer: Officer, *, form: GroupForm | None = None, default_form: DefaultForm | None = None
) -> dict[str, Any]:
    """Return the country's sharing groups, and what it shares by default."""
    may_manage = allows(check_can_manage_groups, officer)
    return {
        "groups": [(each, members_in_words(each)) for each in list_groups(officer)],
        "default_words": default_in_words(officer),
        "may_manage": may_manage,
        "form": form or GroupForm(auto_id="group_%s"),
        "default_form": default_form or default_form_of(officer),
    }


def default_form_of(officer: Officer, told: QueryDict | None = None) -> DefaultForm:
    """Return the form of the country's default level as it stands, or as it was sent."""
    offered = [(str(each.pk), each.name) for each in list_open_groups(officer)]
    present = {
        "level": default_level(officer.unit.country),
        "groups": [str(each.pk) for each in list_default_groups(officer)],
    }
    return DefaultForm(told, initial=present, groups=offered, auto_id="default_%s")


def group_context(officer: Officer, group_id: UUID, *, told: QueryDict | None = None) -> dict[str, Any]:
    """Return one group with the members that the country may know of, and what it can do.

    Raises:
        NotFound: The officer's country has nothing to do with such a group.
    """
    group = get_visible_group(officer, group_id)
    own = find_own_membership(officer, group)
    may_run = allows(check_can_run_group, officer, group) and not group.is_over
    may_answer = allows(check_can_manage_groups, officer) and own is not None
    is_owner = group.owner_id == officer.unit.country_id
    countries = list_invitable_countries(group) if may_run else []
    return {
        "group": group,
        "is_hidden_from_asker": group.hidden_membership and not is_owner,
        "own": own,
        "may_run": may_run,
        "may_accept": may_answer and own is not None and own.state == "invited" and not group.is_over,
        "may_leave": may_answer and not is_owner,
        "form": InvitationForm(told, countries=countries) if may_run else None,
    }
