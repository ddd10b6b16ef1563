"""Why an upload is not taken, or not yet, worded for whoever sends it. Statuses are those of tus 1.0.0."""

from datetime import datetime

from icse.common.errors import DomainError


class BadUploadRequest(DomainError):
    """A header says what no client of the protocol says."""

    reason = "bad_upload_request"
    status = 400


class VersionUnknown(DomainError):
    """The client speaks another version of the protocol, or names none."""

    reason = "tus_version"
    status = 412

    def __init__(self) -> None:
        super().__init__("Uploads follow tus 1.0.0: send the header `Tus-Resumable: 1.0.0`.")


class NotAnOffset(DomainError):
    """A piece of a file is sent as something else."""

    reason = "content_type"
    status = 415

    def __init__(self) -> None:
        super().__init__("A piece of a file is sent as `application/offset+octet-stream`.")


class LengthMissing(DomainError):
    """A piece comes without saying how long it is."""

    reason = "length_required"
    status = 411

    def __init__(self) -> None:
        super().__init__("Say with `Content-Length` how long the piece is.")


class OffsetMismatch(DomainError):
    """The piece does not begin where the file stands."""

    reason = "offset"
    status = 409

    def __init__(self, offset: int) -> None:
        super().__init__(f"The file stands at byte {offset}: go on from there.")


class Overrun(DomainError):
    """The piece would make the file longer than it was announced."""

    reason = "overrun"
    status = 413

    def __init__(self, length: int) -> None:
        super().__init__(f"The file was announced with {length} bytes, and the piece goes beyond them.")


class BeingSent(DomainError):
    """Another request is writing to the same upload."""

    reason = "locked"
    status = 423

    def __init__(self) -> None:
        super().__init__("This file is being sent by another window or program. Try again in a moment.")


class ChecksumMismatch(DomainError):
    """The piece is not what its checksum says; nothing of it is kept."""

    reason = "checksum"
    status = 460

    def __init__(self) -> None:
        super().__init__("The piece was damaged on its way: its checksum differs. Send it again.")


class ContentMismatch(DomainError):
    """The whole file is not the one that was announced."""

    reason = "content_differs"
    status = 422

    def __init__(self) -> None:
        super().__init__(
            "What arrived is not what was announced: the file was changed while it was sent. Send it again."
        )


class NotWhole(DomainError):
    """The file cannot be received before all of it has arrived."""

    reason = "not_whole"
    status = 409

    def __init__(self, offset: int, length: int) -> None:
        super().__init__(f"Of this file {offset} of {length} bytes have arrived: send the rest first.")


class UploadOver(DomainError):
    """The upload has been concluded, and takes nothing more."""

    reason = "upload_over"
    status = 410

    def __init__(self, message: str = "This upload is over: open another one.") -> None:
        super().__init__(message)


class TooManyOpen(DomainError):
    """Too many files are on their way at once."""

    reason = "too_many_open"
    status = 429

    def __init__(self, whose: str, limit: int) -> None:
        super().__init__(
            f"{whose} {limit} files on their way, the most at one time. Let some arrive, or discard them on"
            " the upload page."
        )


class BatchOver(DomainError):
    """The batch was ended, and takes no more files."""

    reason = "batch_over"
    status = 409

    def __init__(self, ended_at: datetime) -> None:
        super().__init__(f"This upload was ended on {ended_at:%Y-%m-%d %H:%M} UTC: open another one.")


class NotShownToHold(DomainError):
    """The digests of the ranges are not those of the file that was declared."""

    reason = "not_shown"
    status = 409

    def __init__(self) -> None:
        super().__init__("The file cannot be declared: it is another one, or not yours yet. Send its bytes.")
