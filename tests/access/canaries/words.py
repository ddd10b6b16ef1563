"""Canaries: words that stand in one field of one object and nowhere else, generated from the models.

Whoever meets one has been shown that field. Ids and digests are canaries as well as they are.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from tests.access.belongings import SHARED_WORD
from tests.access.canaries.unsown import UNSOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

_PREFIX: Final = "qzbird"
_LETTERS: Final = 5
_FOUND: Final = re.compile(
    rf"{_PREFIX}[a-z]{{{_LETTERS}}}|[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}|[0-9a-f]{{32,64}}"
)
_TEXTS: Final = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
_DIGESTS: Final = frozenset({"sha256", "sha1", "md5", "digest"})
_ROOM_FOR_TWO: Final = 40

SHAPES: Final[dict[str, Callable[[str], Any]]] = {}
"""JSON that a page can only read in a shape of its own, by field."""


@dataclass(frozen=True)
class Canary:
    """Where a word stands, and which askers may meet it."""

    place: str
    seen_by: frozenset[str]


@dataclass
class Canaries:
    """All canaries by word, and the objects that carry them by the name that addresses give their ids."""

    known: dict[str, Canary] = field(default_factory=dict)
    ids: dict[str, list[UUID | int]] = field(default_factory=dict)
    odd: set[str] = field(default_factory=set)
    """Those that have to be looked for one by one."""

    def word(self, place: str, seen_by: Collection[str]) -> str:
        """Return a new word that stands in a place for certain askers alone."""
        number, letters = len(self.known), ""
        for _ in range(_LETTERS):
            number, rest = divmod(number, 26)
            letters += chr(ord("a") + rest)
        self.note(_PREFIX + letters, place, seen_by)
        return _PREFIX + letters

    def note(self, word: str, place: str, seen_by: Collection[str]) -> None:
        """Have a word that is there anyway, as a digest or an id, count as a canary."""
        self.known[word] = Canary(place, frozenset(seen_by))
        if not _FOUND.fullmatch(word):
            self.odd.add(word)

    def values(self, model: type[models.Model], seen_by: Collection[str]) -> dict[str, Any]:
        """Return a value with a canary for each text field of a model."""
        return {each.name: self._value(each, seen_by) for each in sown_fields(model)}

    def put(self, made_by: Any, seen_by: Collection[str], **given: Any) -> Any:
        """Return a new object of a model or factory, with a canary in each text field that is not given."""
        model = made_by._meta.model if hasattr(made_by, "create") else made_by
        create = made_by.create if hasattr(made_by, "create") else made_by.objects.create
        values = {name: value for name, value in self.values(model, seen_by).items() if name not in given}
        made = create(**values, **given)
        self.take(made, seen_by)
        return made

    def take(self, made: models.Model, seen_by: Collection[str]) -> None:
        """Have an object's own id count as a canary, and be asked for."""
        if made._meta.pk.is_relation:
            return
        self.ids.setdefault(f"{made._meta.model_name}_id", []).append(made.pk)
        if isinstance(made.pk, UUID):
            self.note(str(made.pk), f"{made._meta.label}.id", seen_by)

    def found_in(self, text: str) -> set[str]:
        """Return the canaries of a text."""
        lowered = text.lower()
        found = {word for word in _FOUND.findall(lowered) if word in self.known}
        return found | {word for word in self.odd if word in lowered}

    def words(self) -> list[str]:
        """Return the canaries that are words of ours, without ids and digests."""
        return [word for word in self.known if word.startswith(_PREFIX)]

    def places(self) -> set[str]:
        """Return every field that carries one."""
        return {canary.place for canary in self.known.values()}

    def _value(self, sown: models.Field[Any, Any], seen_by: Collection[str]) -> Any:
        place = _place(sown)
        word = self.word(place, seen_by)
        if sown.name in _DIGESTS:
            digest = hashlib.sha256(word.encode()).hexdigest()[: sown.max_length]
            self.note(digest, place, seen_by)
            return digest
        if isinstance(sown, models.EmailField):
            return f"{word}@police.example"
        if isinstance(sown, models.JSONField):
            return SHAPES.get(place, lambda each: {"canary": each})(word)
        if isinstance(sown, ArrayField):
            return [word]
        has_room = sown.max_length is None or sown.max_length >= _ROOM_FOR_TWO
        return f"{word} {SHARED_WORD}" if has_room else word


def sown_fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """Return the text fields of a model that carry canaries."""
    return [
        each for each in _text_fields(model) if not {_place(each), f"{model._meta.label}.*"} & UNSOWN.keys()
    ]


def sown_places() -> set[str]:
    """Return every field of every model that has to carry a canary."""
    return {_place(each) for model in _tables() for each in sown_fields(model)}


def unsown_places() -> set[str]:
    """Return every text field, and every model as a whole, that may be left out."""
    every = [each for model in _tables() for each in _text_fields(model)]
    return {_place(each) for each in every} | {f"{each.model._meta.label}.*" for each in every}


def _tables() -> Iterator[type[models.Model]]:
    """Yield every model that is a table; views show what stands in tables."""
    return (model for model in apps.get_models() if model._meta.managed)


def _text_fields(model: type[models.Model]) -> Iterator[models.Field[Any, Any]]:
    for each in model._meta.concrete_fields:
        held = each.base_field if isinstance(each, ArrayField) else each
        if isinstance(held, _TEXTS) and not each.choices:
            yield each


def _place(each: models.Field[Any, Any]) -> str:
    return f"{each.model._meta.label}.{each.name}"
