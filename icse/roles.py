"""The three database roles, and which of them a process takes."""

from collections.abc import Sequence
from typing import Final

APP: Final = "app"  # pages and API: sees what the signed-in officer may see
ENGINE: Final = "engine"  # workers: reads materials and signals of all countries, nothing that people wrote
OWNER: Final = "owner"  # migrations and the commands of an operator: owns the tables

ROLES: Final = (APP, ENGINE, OWNER)

_OWNER_COMMANDS: Final = frozenset(
    {
        "backup",
        "demo",
        "dbshell",
        "flush",
        "makemigrations",
        "mend_store",
        "migrate",
        "restore",
        "rotate_keys",
        "scrub_store",
        "seal_store",
        "sqlmigrate",
        "unlock_account",
        "up",
        "verify_audit",
    }
)
_ENGINE_COMMANDS: Final = frozenset({"seal_audit"})


def role_for_command(arguments: Sequence[str]) -> str:
    """Return the role a management command runs as: owner where it changes tables or makes accounts."""
    command = arguments[0] if arguments else ""
    if command in _OWNER_COMMANDS or command.startswith("create"):
        return OWNER
    return ENGINE if command in _ENGINE_COMMANDS else APP
