"""What officers fill in to search by picture or face."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from icse.common.ids import ids_in

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import QueryDict

FACES_AT_ONCE = 10
_SIDES = ("x", "y", "width", "height")


class BoxField(forms.CharField):
    """A drawn box as `x y width height`, relative to the picture; empty for the whole of it."""

    def to_python(self, value: Any) -> Any:
        """Return the four numbers, or None."""
        written = str(value or "").split()
        if not written:
            return None
        try:
            sides = tuple(float(side) for side in written)
        except ValueError as problem:
            raise ValidationError("A box is four numbers.") from problem
        if len(sides) != len(_SIDES):
            raise ValidationError("A box is four numbers.")
        return sides


class AskForm(forms.Form):
    """Which material to search with, at which place of a film, and which part of the picture."""

    material = forms.UUIDField(required=False)
    at_ms = forms.IntegerField(min_value=0, required=False)
    box = BoxField(required=False)


class PlaceForm(forms.Form):
    """What a search page's address names beside words: a picture query, or faces."""

    picture = forms.UUIDField(required=False)
    together = forms.BooleanField(required=False)


def chosen_faces(told: QueryDict) -> list[UUID]:
    """Return the faces that an address names, each once; what is no id, and what is too many, is left out."""
    named = dict.fromkeys(ids_in(told.getlist("face")))
    return list(named)[:FACES_AT_ONCE]
