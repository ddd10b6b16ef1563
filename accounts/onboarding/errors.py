"""What can stand in the way of coming in, moving and leaving."""

from collections.abc import Sequence

from icse.common.errors import AccessDenied, Conflict, DomainError


class SamePair(AccessDenied):
    """Who asked for something is not the second pair of eyes on it."""

    reason = "same_pair_of_eyes"

    def __init__(self) -> None:
        super().__init__("You asked for this yourself: a colleague has to look at it too.")


class BadCode(DomainError):
    """The code is neither a country's nor one that an organisation may take."""

    reason = "bad_code"


class NotYet(Conflict):
    """Something is missing before the next step."""

    reason = "not_yet"

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(f"Still missing: {'; '.join(missing)}.")
        self.missing = tuple(missing)


class WrongState(Conflict):
    """The thing is not in the state from which this leads on; somebody may have been faster."""

    reason = "wrong_state"


class InvitationNotValid(DomainError):
    """The link was used, revoked, has expired, or was never one: all look the same."""

    reason = "invitation_not_valid"

    def __init__(self) -> None:
        super().__init__(
            "This link does not open anything any more. Ask the administrator who sent it for a new one."
        )
