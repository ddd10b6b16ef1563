"""Why retention is not changed as asked, worded for the officer who asked."""

from icse.common.errors import DomainError


class RetentionReasonMissing(DomainError):
    """An act that has to be justified comes without its reason."""

    reason = "reason_missing"
    status = 422

    def __init__(self) -> None:
        super().__init__("Say why: the reason goes on record.")


class NothingNamed(DomainError):
    """No submission is named, or none that this can be done to."""

    reason = "nothing_named"
    status = 422

    def __init__(self) -> None:
        super().__init__("Nothing was changed: none of the chosen files is in a state for this.")


class BadPeriod(DomainError):
    """The day until which something is to be kept is past, or too far away."""

    reason = "bad_period"
    status = 422

    def __init__(self, most: int) -> None:
        super().__init__(f"Name a day after today, at most {most} years ahead.")


class HeldBack(DomainError):
    """A legal hold keeps something from being withdrawn."""

    reason = "held"
    status = 409

    def __init__(self, files: int) -> None:
        what = "One of the files is" if files == 1 else f"{files} of the files are"
        super().__init__(f"{what} under a legal hold. Release the hold first, or leave them out.")


class WithdrawalOver(DomainError):
    """A withdrawal was decided already, or what it took can no longer be had back."""

    reason = "withdrawal_over"
    status = 409

    def __init__(self) -> None:
        super().__init__("This was decided meanwhile: reload the page to see how it stands.")
