"""One boolean twin for every policy: templates ask `allows`, services call the check itself."""

from collections.abc import Callable
from typing import ParamSpec

from icse.common.errors import AccessDenied, DomainError

P = ParamSpec("P")


def allows(check: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> bool:
    """Tell whether a policy check passes, without raising."""
    try:
        check(*args, **kwargs)
    except AccessDenied:
        return False
    return True


def refusal_of(check: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> str:
    """Return why a check does not pass, worded for the officer; empty where it passes."""
    try:
        check(*args, **kwargs)
    except DomainError as refusal:
        return refusal.message
    return ""
