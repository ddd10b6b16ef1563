"""Handing in once more what the own country holds already, without sending it.

A digest alone would let anybody who was told one enter a file they have never had. So its sender shows
that they hold the bytes: by the digests of three ranges that are chosen here, anew for each upload.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils.crypto import salted_hmac

from accounts.audit.models import Outcome
from accounts.audit.recording import note
from accounts.policies import Permission
from evidence.objects import open_object
from evidence.queries import find_own_holding
from evidence.services import declare_file
from evidence.uploads.errors import NotShownToHold
from evidence.uploads.models import Upload
from evidence.uploads.parts import parts
from evidence.uploads.services import details_of, held

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from accounts.models import Officer
    from evidence.models import Material

RANGES: Final = 3
RANGE_BYTES: Final = 64 * 1024

Range = tuple[int, int]
"""First and last byte."""


def ranges_to_show(*, by: Officer, upload: Upload) -> list[Range]:
    """Return of which ranges the sender may show the digests instead of sending the file; none: send it.

    That is asked only of what the own country holds: of everything else, nothing is told.
    """
    return _ranges(upload) if _holding(by, upload) is not None else []


def declare_upload(*, by: Officer, upload_id: UUID, digests: Sequence[str]) -> Upload:
    """Make a submission of a file that the own country holds, shown by the SHA-256 (hex) of each range.

    Raises:
        NotFound, UploadOver, BeingSent: There is no such upload of the officer's, or not now.
        NotShownToHold: A digest is not right, or the country does not hold it; it can still be sent.
        AccessDenied, BadAudience: As with any file.
    """
    with held(by, upload_id) as (upload, _):
        ranges, material = _ranges(upload), _holding(by, upload)
        if material is None or not _are_shown(material, ranges, digests):
            note("upload.declared", upload.pk, right=Permission.MATERIAL_SUBMIT, outcome=Outcome.REFUSED)
            raise NotShownToHold
        with transaction.atomic():
            receipt = declare_file(
                by=by,
                material=material,
                file_name=upload.file_name,
                details=details_of(upload),
                shown=[list(each) for each in ranges],
            )
            upload.state, upload.submission = Upload.State.RECEIVED, receipt.submission
            upload.save(update_fields=["state", "submission"])
    parts().delete(upload.pk)
    return upload


def _holding(by: Officer, upload: Upload) -> Material | None:
    material = find_own_holding(by, upload.sha256) if upload.sha256 else None
    return material if material is not None and material.size == upload.length else None


def _ranges(upload: Upload) -> list[Range]:
    """Choose ranges of an upload, always the same and for nobody to foresee."""
    length = min(RANGE_BYTES, upload.length)
    seed = salted_hmac("evidence.uploads.declaring", str(upload.pk), algorithm="sha256").digest()
    numbers = (int.from_bytes(seed[at : at + 8], "big") for at in range(0, RANGES * 8, 8))
    starts = (number % (upload.length - length + 1) for number in numbers)
    return [(start, start + length - 1) for start in starts]


def _are_shown(material: Material, ranges: Sequence[Range], digests: Sequence[str]) -> bool:
    with open_object(material) as stream:
        wanted = []
        for first, last in ranges:
            stream.seek(first)
            wanted.append(hashlib.sha256(stream.read(last - first + 1)).hexdigest())
    return hmac.compare_digest("".join(wanted), "".join(digests).lower())
