"""Unpacking archives that officers handed in: the decoder's child takes them apart, evidence enters them."""

from __future__ import annotations

import time
from contextlib import closing
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.db import transaction

from evidence.errors import DayFull, StorageFull
from evidence.formats import is_archive
from evidence.uploads.parts import parts
from evidence.uploads.unpacking import (
    Archive,
    begin_unpacking,
    conclude_archive,
    enter_member,
    holding_archive,
    order_unpacking,
    refuse_member,
)
from media_analysis.engine.decoding.errors import AttemptFailed, Refused
from media_analysis.engine.decoding.results import MEMBER_REASONS
from media_analysis.services.workbench import decoder

if TYPE_CHECKING:
    from uuid import UUID

    from media_analysis.engine.decoding.results import ArchiveMember

TURN_SECONDS: Final = 240.0
"""So long one task works on an archive before it lets others have their turn, and asks for the next."""


class Unpacking(StrEnum):
    """How a task ended."""

    DONE = "done"
    REFUSED = "refused"
    AGAIN = "again"
    SKIPPED = "skipped"


def unpack(upload_id: UUID) -> Unpacking:
    """Unpack an archive, or go on with it; what is entered already is not entered again."""
    with holding_archive(upload_id) as is_mine:
        archive = begin_unpacking(upload_id) if is_mine else None
        if archive is None:
            return Unpacking.SKIPPED
        try:
            is_through = _take_apart(archive)
        except (Refused, DayFull, StorageFull) as refusal:
            conclude_archive(archive.id, reason=refusal.reason, message=refusal.message)
            return Unpacking.REFUSED
        except AttemptFailed as failure:
            if archive.is_last_attempt:
                conclude_archive(archive.id, reason=failure.reason, message=_GIVEN_UP)
                return Unpacking.REFUSED
            is_through = False
        if is_through:
            conclude_archive(archive.id)
            return Unpacking.DONE
    with transaction.atomic():
        order_unpacking(upload_id)
    return Unpacking.AGAIN


_GIVEN_UP: Final = "Reading this archive failed unexpectedly, several times."


def _take_apart(archive: Archive) -> bool:
    """Enter members for one turn; return whether it was the last of them."""
    ends_at = time.monotonic() + TURN_SECONDS
    with closing(decoder().members(archive.file, parts().folder, is_archive)) as members:
        for number, member in enumerate(members):
            if number < archive.entered:
                continue
            if time.monotonic() > ends_at:
                return False
            _enter(archive, number, member)
    return True


def _enter(archive: Archive, number: int, member: ArchiveMember) -> None:
    if member.content is not None:
        enter_member(archive, number, member.name, member.content, member.size)
        return
    message = MEMBER_REASONS[member.reason]
    refuse_member(archive, number, member.name, member.size, reason=member.reason, message=message)
