"""Who can do what, as one page: made from the table that the checks themselves read."""

from dataclasses import dataclass
from typing import Final

from accounts.models import Officer, Role
from accounts.policies import ROLE_PERMISSIONS, Permission

PERMISSION_WORDS: Final[dict[Permission, str]] = {
    Permission.MATERIAL_SEE: "See and search material",
    Permission.MATERIAL_SUBMIT: "Upload material",
    Permission.ORIGINAL_EXPORT: "Download originals, with a reason",
    Permission.MATCH_DECIDE: "Decide matches",
    Permission.SERIES_CURATE: "Make and curate series, flag persons as identified",
    Permission.ACCESS_GRANT: "Share single materials and series with an officer or unit",
    Permission.RETENTION_DECIDE: "Review, hold and restrict what the own country keeps, approve withdrawals",
    Permission.TOPIC_WRITE: "Write in the forum",
    Permission.OFFICER_MANAGE: "Manage the officers of the own country",
    Permission.OFFICER_INVITE: "Invite officers (the secretariat: a country's first administrator)",
    Permission.GROUP_MANAGE: "Make and answer sharing groups, choose the own country's default sharing",
    Permission.COUNTRY_MANAGE: "Manage countries and partners",
    Permission.COUNTRY_APPROVE: "Approve a country that a colleague invited",
    Permission.PLATFORM_WATCH: "See whether the platform works, in figures",
    Permission.AUDIT_READ: "Read the audit log",
}


@dataclass(frozen=True)
class MatrixRow:
    """One right, and for each role in the order of `Role` whether it carries it."""

    words: str
    cells: tuple[bool, ...]


def permission_matrix() -> list[MatrixRow]:
    """Return every right with the roles that carry it."""
    return [
        MatrixRow(PERMISSION_WORDS[permission], tuple(permission in ROLE_PERMISSIONS[role] for role in Role))
        for permission in Permission
    ]


def held_by(officer: Officer) -> list[Permission]:
    """Return the permissions of the officer's role, in the order of the matrix."""
    return [each for each in PERMISSION_WORDS if each in ROLE_PERMISSIONS[Role(officer.role)]]


def rights_of(officer: Officer) -> list[str]:
    """Return the officer's rights in words."""
    held = ROLE_PERMISSIONS[Role(officer.role)]
    return [words for permission, words in PERMISSION_WORDS.items() if permission in held]
