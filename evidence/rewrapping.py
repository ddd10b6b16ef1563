"""Changing the countries' keys while everybody works: files keep their own, their wraps are made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evidence.keys import key_holder

if TYPE_CHECKING:
    from django.db.models import QuerySet


def rewrap(rows: QuerySet[Any], field: str) -> int:
    """Wrap under the present keys what rows have under older ones, in a field, for their country.

    Whoever reads meanwhile finds the old wrap or the new one, and either opens the file. May be broken off
    and begun again. Returns how many wraps were made anew.

    Raises:
        KeyUnavailable: A wrap cannot be opened; what was made anew before stays.
    """
    holder, done = key_holder(), 0
    for pk, country, wrapped in rows.values_list("pk", "country_id", field).iterator(chunk_size=2000):
        if not holder.is_current(wrapped):
            anew = holder.wrap(holder.unwrap(wrapped, country), country)
            done += rows.model._default_manager.filter(pk=pk, **{field: wrapped}).update(**{field: anew})
    return done
