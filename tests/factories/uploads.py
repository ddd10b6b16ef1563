"""Files on their way, as they are after their first piece."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from evidence.objects import wrapped_for
from evidence.uploads.models import Batch, Upload
from evidence.uploads.parts import parts
from icse.common.sealing import new_key

if TYPE_CHECKING:
    from accounts.models import Officer

FIRST_PIECE = b"\xff\xd8\xff"


def sending(officer: Officer, *, file_name: str = "room.jpg", **told: Any) -> tuple[Batch, Upload]:
    """Return a batch of which one file is on its way, with its first bytes on the disk."""
    country = officer.unit.country
    batch = Batch.objects.create(officer=officer, country=country, announced_files=2, **told)
    key = new_key()
    upload = Upload.objects.create(
        batch=batch,
        officer=officer,
        country=country,
        file_name=file_name,
        source_path=f"disk/{file_name}",
        length=1000,
        offset=len(FIRST_PIECE),
        expires_at=timezone.now() + timedelta(days=7),
        wrapped_key=wrapped_for(key, country.pk),
    )
    parts().create(upload.pk, key)
    with parts().locked(upload.pk) as locked:
        part = locked.opened(key, upload.length)
        part.write_at(0, FIRST_PIECE)
        part.sync()
    return batch, upload
