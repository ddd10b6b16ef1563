"""Why something is not posted, worded for the officer."""

from icse.common.errors import DomainError


class NothingWritten(DomainError):
    """A topic has no title, or a post no text."""

    reason = "nothing_written"

    def __init__(self) -> None:
        super().__init__("Write a title and a text: one of them is empty.")


class TooMuchWritten(DomainError):
    """A title or text is longer than what is kept."""

    reason = "too_much_written"

    def __init__(self, limit: int) -> None:
        super().__init__(f"This is longer than {limit} characters. Shorten it, or write a second post.")
