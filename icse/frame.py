"""What the frame around every page shows: the rail's nouns for this officer, and the chosen theme."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.http import HttpRequest

from accounts.models import Officer
from accounts.policies import Permission, has_permission
from accounts.sharing.policies import check_can_see_groups
from accounts.signing_in.proof import has_second_factor
from accounts.views import THEME_COOKIE, THEMES
from icse.common.access import allows


@dataclass(frozen=True)
class Room:
    """An entry of the rail; `names` are the URL names that stand inside it."""

    label: str
    icon: str
    key: str
    names: tuple[str, ...]
    permission: Permission = Permission.MATERIAL_SEE


@dataclass(frozen=True)
class RailEntry:
    """A room as the rail draws it; `name` is the URL name of its first page."""

    name: str
    label: str
    icon: str
    key: str
    is_here: bool


ROOMS: Final = (
    Room("Queue", "queue", "g q", ("queue", "decisions")),
    Room("Material", "material", "g m", ("materials", "material", "material_access", "match")),
    Room("Series", "series", "g s", ("series_list", "series", "series_access")),
    Room("Hits", "members", "g h", ("hits",)),
    Room("Search", "search", "g f", ("search",)),
    Room("Forum", "forum", "g t", ("forum", "topic")),
    Room("Countries", "members", "g c", ("countries", "country"), Permission.OFFICER_INVITE),
    Room(
        "Officers",
        "people",
        "g o",
        ("officers", "officer", "invite_officer", "import_officers", "locked_out"),
        Permission.OFFICER_INVITE,
    ),
    Room("Platform", "grid", "g p", ("platform",), Permission.PLATFORM_WATCH),
    Room("Audit log", "clock", "g l", ("audit", "audit_checkpoints"), Permission.AUDIT_READ),
)


def frame(request: HttpRequest) -> dict[str, object]:
    """Return the frame's part of every template context."""
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    theme = chosen if chosen in THEMES else "auto"
    always = {"theme": theme, "no_second_factor": not settings.SECOND_FACTOR}
    officer = getattr(request, "user", None)
    if not isinstance(officer, Officer) or not _may_go_on(request, officer):
        return {**always, "rail": [], "may_upload": False, "may_search": False}
    return {
        **always,
        "may_go_on": True,
        "rail": _rail(request, officer),
        "may_upload": has_permission(officer, Permission.MATERIAL_SUBMIT),
        "may_search": has_permission(officer, Permission.MATERIAL_SEE),
        "may_help_in": has_permission(officer, Permission.OFFICER_MANAGE),
        "may_see_groups": allows(check_can_see_groups, officer),
    }


def _may_go_on(request: HttpRequest, officer: Officer) -> bool:
    return not officer.must_change_password and has_second_factor(request.session)


def _rail(request: HttpRequest, officer: Officer) -> list[RailEntry]:
    here = request.resolver_match.view_name if request.resolver_match else ""
    return [
        RailEntry(room.names[0], room.label, room.icon, room.key, is_here=here in room.names)
        for room in ROOMS
        if has_permission(officer, room.permission)
    ]
