"""How much an officer and a country may hand in on one day (UTC), and whether there is room for it.

Not to be sparing: so that one account in the wrong hands, or one country's flood, does not fill the store
for all others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.db.models import Q, Sum
from django.utils import timezone

from evidence.errors import DayFull, StorageFull
from evidence.models import Intake
from evidence.store import store

if TYPE_CHECKING:
    from accounts.models import Officer

_COUNT = """
    INSERT INTO evidence_intake (country_id, officer_id, day, files, bytes) VALUES (%s, %s, %s, 1, %s)
    ON CONFLICT (country_id, officer_id, day)
    DO UPDATE SET files = evidence_intake.files + 1, bytes = evidence_intake.bytes + excluded.bytes
"""


def check_day(officer: Officer, size: int, *, officer_more: int = 0, country_more: int = 0) -> None:
    """Check that a file of so many bytes is within the day's quota of its officer and country.

    `officer_more` and `country_more` are bytes that are on their way already.

    Raises:
        DayFull: It is not.
    """
    of_country = Intake.objects.filter(country_id=officer.unit.country_id, day=timezone.now().date())
    taken = of_country.aggregate(mine=Sum("bytes", filter=Q(officer=officer)), all=Sum("bytes"))
    if (taken["mine"] or 0) + officer_more + size > settings.UPLOAD_OFFICER_DAY:
        raise DayFull("You have", settings.UPLOAD_OFFICER_DAY)
    if (taken["all"] or 0) + country_more + size > settings.UPLOAD_COUNTRY_DAY:
        raise DayFull("Your country has", settings.UPLOAD_COUNTRY_DAY)


def count_intake(officer: Officer, size: int) -> None:
    """Add a file to what its officer has handed in today."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [officer.unit.country_id, officer.pk, timezone.now().date(), size])


def check_room(size: int) -> None:
    """Check that so many bytes can be taken without touching what is kept free.

    Raises:
        StorageFull: They cannot.
    """
    if size + settings.STORAGE_RESERVE > store().free_bytes():
        raise StorageFull
