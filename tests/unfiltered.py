"""Taking the application's own filters away, so that only the floor is left."""

from typing import Any, Final

import pytest
from django.apps import apps
from django.db.models import QuerySet

_FILTERS: Final = ("visible_to", "analyzed_for", "in_scopes", "of_country_of")


def filtered() -> set[type[QuerySet[Any]]]:
    """Return every kind of query that has a filter of its own by who asks."""
    kinds = {type(model._default_manager.all()) for model in apps.get_models()}
    return {kind for kind in kinds if hasattr(kind, "visible_to")}


def take_filters_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every query of the application ask for everything there is, until the test ends."""
    for kind in filtered():
        for name in _FILTERS:
            if hasattr(kind, name):
                monkeypatch.setattr(kind, name, _everything)


def _everything(rows: QuerySet[Any], *args: object) -> QuerySet[Any]:
    return rows.all()
