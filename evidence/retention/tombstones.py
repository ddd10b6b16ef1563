"""Tombstones outside the database: a backup that is older than a disposal has it done again.

They hold ids, digests and days, and nothing by which somebody or something could be recognised but the hash.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection, transaction

from accounts.audit.recording import record_of_machine
from evidence.retention.models import Disposal

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One disposal; `objects` are the digests of what lay in the store for it, sealed as it was."""

    submission: str
    material: str
    sha256: str
    country: str
    cause: str
    disposed_at: str
    objects: tuple[str, ...]

    @classmethod
    def of(cls, disposal: Disposal) -> Tombstone:
        """Return that of a row."""
        return cls(
            str(disposal.submission_id),
            str(disposal.material_id),
            disposal.sha256,
            str(disposal.country_id),
            disposal.cause,
            disposal.disposed_at.isoformat(),
            tuple(sealed for _, _, sealed in disposal.objects_stored),
        )

    @classmethod
    def read(cls, line: str | bytes) -> Tombstone:
        """Return that of a line.

        Raises:
            ValueError, TypeError: It is none.
        """
        told = json.loads(line)
        return cls(**{**told, "objects": tuple(told["objects"])})

    def line(self) -> str:
        """Return it as one line."""
        return json.dumps(asdict(self), sort_keys=True)


# As whoever owns the tables: no officer asks, and what was decided once is not decided again.
_WITHDRAW_AGAIN = """
WITH shelved AS (
    UPDATE retention_retention AS r
    SET standing = 'withdrawn', hold_reason = '', withdrawn_at = %(at)s,
        shelved_audience = coalesce(r.shelved_audience, s.audience)
    FROM evidence_submission AS s
    WHERE r.submission_id = %(submission)s AND s.id = r.submission_id
    RETURNING r.submission_id
)
UPDATE evidence_submission SET audience = '{0}' WHERE id IN (SELECT submission_id FROM shelved)
"""


def reapply(tombstones: Iterable[Tombstone]) -> int:
    """Dispose again of what a restored database still holds; return how many submissions it was.

    To be called as the owner of the tables, before anybody is served.
    """
    return sum(_reapply(each) for each in tombstones)


@transaction.atomic
def _reapply(tombstone: Tombstone) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_WITHDRAW_AGAIN, {"submission": tombstone.submission, "at": tombstone.disposed_at})
        cursor.execute("SELECT retention_dispose(%s)", [tombstone.submission])
        (is_last,) = cursor.fetchone()
    if is_last is None:
        return False
    Disposal.objects.filter(submission_id=tombstone.submission).update(
        disposed_at=tombstone.disposed_at, cause=tombstone.cause
    )
    ids = (UUID(tombstone.submission), UUID(tombstone.material))
    told = {"sha256": tombstone.sha256, "cause": tombstone.cause, "once_more": True}
    record_of_machine("submission.disposed", *ids, country_id=UUID(tombstone.country), **told)
    return True
