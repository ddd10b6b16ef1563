"""Who may send what, and how much at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from evidence.policies import check_can_submit_material
from evidence.quotas import check_day
from evidence.uploads.errors import BatchOver, TooManyOpen, UploadOver
from evidence.uploads.models import Upload

if TYPE_CHECKING:
    from accounts.models import Officer
    from evidence.uploads.models import Batch

OPEN_OF_OFFICER: Final = 50
OPEN_OF_COUNTRY: Final = 500


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """How many files of an officer and their country are on their way, and the bytes announced of them."""

    officer_files: int
    officer_bytes: int
    country_files: int
    country_bytes: int


def check_can_open_upload(officer: Officer, batch: Batch, length: int, present: OnTheWay) -> None:
    """Check that one more file may be sent, with what is on its way already counted as arrived.

    Raises:
        AccessDenied: The officer's role hands in nothing.
        BatchOver: The batch was ended.
        TooManyOpen: The officer or the country has too many files on their way.
        DayFull: The officer or the country has sent as much as it may in a day.
    """
    check_can_submit_material(officer)
    if batch.ended_at is not None:
        raise BatchOver(batch.ended_at)
    if present.officer_files >= OPEN_OF_OFFICER:
        raise TooManyOpen("You have", OPEN_OF_OFFICER)
    if present.country_files >= OPEN_OF_COUNTRY:
        raise TooManyOpen("Your country has", OPEN_OF_COUNTRY)
    check_day(officer, length, officer_more=present.officer_bytes, country_more=present.country_bytes)


def check_takes_more(upload: Upload) -> None:
    """Check that an upload is not concluded.

    Raises:
        UploadOver: It is; of one that was refused, with the reason.
    """
    if upload.state == Upload.State.EXPIRED:
        raise UploadOver("This upload stood still for too long and was discarded: send the file anew.")
    if upload.state != Upload.State.OPEN:
        raise UploadOver(upload.message) if upload.message else UploadOver
