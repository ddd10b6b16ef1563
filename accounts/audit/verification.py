"""Proving that the log still says what it said: every chain, and every checkpoint that somebody kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection

from accounts.audit.errors import NoteNotSigned
from accounts.audit.models import Checkpoint, SealedEvent
from accounts.audit.sealing import open_note

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# Events before this place are in order; at it a number is missing, a link is broken or the text was altered.
_FIRST_BAD: Final = """
    SELECT DISTINCT ON (chain) chain, place, CASE
        WHEN number <> place THEN 'missing'
        WHEN previous <> before THEN 'unlinked'
        ELSE 'altered' END
    FROM (
        SELECT e.chain, e.number, e.previous, e.digest,
               row_number() OVER links AS place,
               coalesce(lag(e.digest) OVER links, decode(repeat('00', 32), 'hex')) AS before,
               sha256(e.previous || audit_canonical(e)) AS computed
        FROM audit_sealedevent AS e
        WINDOW links AS (PARTITION BY e.chain ORDER BY e.number)
    ) AS checked
    WHERE number <> place OR previous <> before OR computed <> digest
    ORDER BY chain, place
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """The first place of a chain at which the log does not hold, and what is wrong there.

    `what` is missing, unlinked, altered, truncated, rewritten or unsigned.
    """

    chain: UUID
    number: int
    what: str


def verify_chains() -> list[Fault]:
    """Return the first fault of every chain that has one, recomputing every digest."""
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_BAD)
        return [Fault(*row) for row in cursor.fetchall()]


def verify_checkpoints(key: Ed25519PublicKey) -> list[Fault]:
    """Return the faults that the platform's own checkpoints show."""
    faults = []
    for checkpoint in Checkpoint.objects.order_by("chain", "number").iterator():
        try:
            said = open_note(checkpoint.note, key)
        except NoteNotSigned:
            faults.append(Fault(checkpoint.chain, checkpoint.number, "unsigned"))
            continue
        faults += verify_witnessed([said])
    return faults


def verify_witnessed(checkpoints: Iterable[tuple[UUID, int, bytes]]) -> list[Fault]:
    """Return where the log contradicts checkpoints (chain, number, digest) that were signed before.

    An event that is gone means a truncated chain; another digest, one that was rewritten from some earlier
    event on, however well its links fit now.
    """
    faults = []
    for chain, number, digest in checkpoints:
        event = SealedEvent.objects.filter(chain=chain, number=number).only("digest").first()
        if event is None:
            faults.append(Fault(chain, number, "truncated"))
        elif bytes(event.digest) != digest:
            faults.append(Fault(chain, number, "rewritten"))
    return faults
