"""Why a file is not taken, worded for the officer who handed it in."""

from icse.common.errors import DomainError


class FileEmpty(DomainError):
    """The file holds no bytes."""

    reason = "empty_file"
    status = 422

    def __init__(self) -> None:
        super().__init__("The file is empty: nothing was stored. Export it again from its source.")


class FileTooLarge(DomainError):
    """The file is larger than the platform takes."""

    reason = "too_large"
    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"The file is larger than {limit // 1024**3} GB, the most that is taken at once.")


class DayFull(DomainError):
    """An officer or a country has handed in as much as it may on one day."""

    reason = "day_full"
    status = 429

    def __init__(self, who: str, limit: int) -> None:
        super().__init__(
            f"{who} handed in {limit // 1024**3} GB today, the most that is taken on one day. Go on after"
            " midnight UTC, or ask your administrator for more."
        )


class StorageFull(DomainError):
    """There is no room for the file at present."""

    reason = "storage_full"
    status = 507

    def __init__(self) -> None:
        super().__init__(
            "There is no room for this file at present. Nothing was stored; tell your administrator."
        )


class FileUnavailable(DomainError):
    """A file that is there cannot be read at present, or none can be taken: no file's fault.

    Its words as an exception are for logs and consoles; officers read its message.
    """

    reason = "file_unavailable"
    status = 503

    def __init__(self, detail: str) -> None:
        super().__init__("The store cannot be used for this at present. Its operators know; try again later.")
        self.args = (detail,)


class FileMissing(DomainError):
    """The request carries no file, or breaks off in the middle of it."""

    reason = "no_file"
    status = 422

    def __init__(self) -> None:
        super().__init__("No whole file arrived. Send it as the multipart field `file`.")


class PassingOnForbidden(DomainError):
    """A condition of another country forbids that an original leaves the platform."""

    reason = "handling"
    status = 403

    def __init__(self, handling: str, whom: str) -> None:
        super().__init__(f"{handling}: the original may not be taken out here. Ask {whom}.")


class ConditionNotAcknowledged(DomainError):
    """A condition has to be acknowledged before an original leaves the platform."""

    reason = "not_acknowledged"
    status = 422

    def __init__(self, handling: str) -> None:
        super().__init__(f"{handling}: acknowledge the condition, then export again.")


class ReasonMissing(DomainError):
    """An original leaves the platform only for a reason that is kept."""

    reason = "no_reason"
    status = 422

    def __init__(self) -> None:
        super().__init__("Say why the original is needed: the reason is kept with its custody.")
