"""Changing one scope of an audience in the database, without reading the rest of it first."""

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, IntegerField, Value
from django.db.models.expressions import Combinable

NOBODY: Final = 0
"""The scope that is nobody's: what has it for its audience is kept, and seen by no officer and no machine."""


def with_scope(scope_id: int) -> Combinable:
    """Return the expression of a row's audience and one scope more."""
    return _changed("array_append", scope_id)


def without_scope(scope_id: int) -> Combinable:
    """Return the expression of a row's audience less one scope."""
    return _changed("array_remove", scope_id)


def _changed(function: str, scope_id: int) -> Combinable:
    numbers = ArrayField(IntegerField())
    return Func(F("audience"), Value(scope_id), function=function, output_field=numbers)
