"""Why a grant is not given, worded for the officer who gives it."""

from icse.common.errors import DomainError


class GrantNotGiven(DomainError):
    """The terms of a grant do not hold; `field` names the one to change."""

    status = 422
    field = ""


class HolderNotFound(GrantNotGiven):
    """Nobody can be granted anything under that name."""

    reason = "no_such_holder"
    field = "named"

    def __init__(self) -> None:
        super().__init__(
            "No officer who may see material signs in with that address, and your country has no officer or"
            " unit of that name. Across a border only an exact e-mail address is looked up."
        )


class BadExpiry(GrantNotGiven):
    """A grant runs out, and not too late."""

    reason = "bad_expiry"
    field = "until"

    def __init__(self, days: int) -> None:
        super().__init__(f"A grant runs out on a day after today and within {days} days.")


class GrantReasonMissing(GrantNotGiven):
    """Nothing is granted without a reason that is kept."""

    reason = "no_reason"
    field = "reason"

    def __init__(self) -> None:
        super().__init__("Say why: the reason is shown to the holder and kept in the audit log.")
