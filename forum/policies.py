"""Who may write in the forum: whoever may see what a topic is about, by their role."""

from accounts.models import Officer
from accounts.policies import Permission, check_has_permission


def check_can_write(officer: Officer) -> None:
    """Check the right to open topics and write posts; raises AccessDenied."""
    check_has_permission(officer, Permission.TOPIC_WRITE)
