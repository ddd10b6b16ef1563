"""Long lists of materials: counted and cut into pages over a view, read for the page alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from evidence.models import Material

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import Officer


class MaterialList(Sequence[Material]):
    """Visible materials in the order of a queryset whose primary key is a material's: a view of them.

    Its length and each slice take one statement over the view; a slice takes one more for its materials.
    """

    def __init__(self, officer: Officer, listed: QuerySet[Any]) -> None:
        self._officer = officer
        self.listed = listed

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, wanted: int) -> Material: ...

    @overload
    def __getitem__(self, wanted: slice) -> list[Material]: ...

    def __getitem__(self, wanted: int | slice) -> Material | list[Material]:
        if isinstance(wanted, int):
            return self._read(self.listed[wanted : wanted + 1])[0]
        return self._read(self.listed[wanted])

    def __iter__(self) -> Iterator[Material]:
        return iter(self[:])

    @cached_property
    def _size(self) -> int:
        return self.listed.count()

    def _read(self, page: QuerySet[Any]) -> list[Material]:
        ids: list[UUID] = list(page.values_list("pk", flat=True))
        known = Material.objects.visible_to(self._officer).in_bulk(ids)
        return [known[pk] for pk in ids if pk in known]
