"""What a typed hash or serial number leads to, looked up within the officer's scopes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.db import connection

from accounts.queries import scopes_of
from media_analysis.models import ExactSignal
from media_analysis.services.neighbours import hash_neighbours

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import Officer
    from search.recognition import Typed

SERIAL_KINDS: Final = {
    ExactSignal.Kind.BODY_SERIAL.value: "camera serial number",
    ExactSignal.Kind.LENS_SERIAL.value: "lens serial number",
    ExactSignal.Kind.INTERNAL_SERIAL.value: "internal serial number",
}


@dataclass(frozen=True, slots=True)
class SignalHits:
    """Materials found by signals: by PDQ with the distance in bits, by serial number with whose it is."""

    by_hash: dict[UUID, int] = field(default_factory=dict)
    by_serial: dict[UUID, str] = field(default_factory=dict)

    @property
    def materials(self) -> set[UUID]:
        """Return everything that a signal led to."""
        return self.by_hash.keys() | self.by_serial.keys()


def signal_hits(officer: Officer, typed: Typed) -> SignalHits:
    """Return what the typed perceptual hash or serial number leads to."""
    return SignalHits(_by_hash(officer, typed.pdq), _by_serial(officer, typed.serial))


def _by_hash(officer: Officer, pdq: bytes | None) -> dict[UUID, int]:
    if pdq is None:
        return {}
    nearest: dict[UUID, int] = {}
    for found in hash_neighbours([pdq], scopes_of(officer)):
        nearest.setdefault(found.material_id, found.distance)
    return nearest


def _by_serial(officer: Officer, serial: str | None) -> dict[UUID, str]:
    if serial is None:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT material_id, min(kind) FROM media_analysis_exact_members(%s, %s, %s)"
            " GROUP BY material_id",
            [list(SERIAL_KINDS), serial, list(scopes_of(officer))],
        )
        return {material: SERIAL_KINDS[kind] for material, kind in cursor.fetchall()}
