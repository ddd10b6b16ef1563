"""What became of each file of a batch, for a report that leaves the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from accounts.acting import acting_as
from evidence.uploads.models import Upload
from evidence.uploads.queries import list_uploads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import Officer
    from evidence.uploads.models import Batch

COLUMNS: Final = ("path", "name", "bytes", "arrived", "verdict", "reason", "submission", "sha256")
_AT_ONCE: Final = 500


def stream_report(officer: Officer, batch: Batch, purpose: str) -> Iterator[tuple[str, ...]]:
    """Yield a row for each file of an own batch, read piece by piece; each piece acts for the officer itself.

    It outlives the request that asked, and with it the request's acting.
    """
    at = 0
    while True:
        with acting_as(officer, purpose):
            uploads = list(list_uploads(officer, batch)[at : at + _AT_ONCE])
        yield from map(cells_of, uploads)
        at += len(uploads)
        if len(uploads) < _AT_ONCE:
            return


def cells_of(upload: Upload) -> tuple[str, ...]:
    """Return a file's row: the verdict is that of its submission, or what it is short of one."""
    submission = upload.submission
    return (
        upload.source_path,
        upload.file_name,
        str(upload.length),
        str(upload.offset),
        submission.verdict if submission else _SHORT.get(upload.state, upload.state),
        upload.message,
        str(submission.pk) if submission else "",
        upload.proven_sha256 or upload.sha256,
    )


# A submission that was restricted or withdrawn since is nobody's to see.
_SHORT: Final[dict[str, str]] = {
    Upload.State.OPEN: "unfinished",
    Upload.State.RECEIVED: "no longer shown",
}
