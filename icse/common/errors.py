"""The errors that every room may raise; specific ones live beside the service that raises them."""


class DomainError(Exception):
    """Something that was asked for cannot be done; the message is worded for the officer.

    Messages name what was wrong and what to do. They never carry what the asker may not see.
    """

    reason = "refused"
    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(DomainError):
    """The thing is missing, or the asker may not know of it: both look the same."""

    reason = "not_found"
    status = 404

    def __init__(self, message: str = "There is nothing here, or it is not shared with you.") -> None:
        super().__init__(message)


class AccessDenied(DomainError):
    """The asker may see the thing but may not do this to it."""

    reason = "denied"
    status = 403


class Conflict(DomainError):
    """The thing has changed, or is in a state in which this cannot be done."""

    reason = "conflict"
    status = 409
