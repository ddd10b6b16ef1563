"""What may go wrong while somebody proves who they are."""

from icse.common.errors import AccessDenied, DomainError


class WrongFactor(DomainError):
    """The code or key was not right, was used already, or nothing is tried at present: one answer for all."""

    reason = "wrong_factor"

    def __init__(self) -> None:
        super().__init__(
            "That did not work. A code is good for one use and about a minute: take the next one."
        )


class WrongProof(DomainError):
    """The password was not right, or is not tried at present."""

    reason = "wrong_password"

    def __init__(self) -> None:
        super().__init__("That is not your password.")


class LastFactor(DomainError):
    """Without it nobody could sign in."""

    reason = "last_factor"

    def __init__(self) -> None:
        super().__init__("This is your only second factor. Add another one first.")


class SecondFactorNeeded(AccessDenied):
    """Nothing opens with a password alone."""

    reason = "second_factor_needed"

    def __init__(self) -> None:
        super().__init__("Set up your second factor first: sign in with a browser.")


class ConfirmationNeeded(AccessDenied):
    """This needs a proof of who one is that is not older than ten minutes."""

    reason = "confirmation_needed"

    def __init__(self) -> None:
        super().__init__("Confirm that it is you first, at /account/confirm/, then try again.")
