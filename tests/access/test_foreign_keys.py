"""Another country's ids in whatever may be written: refused like ids of nothing, and nothing is written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from django.db import transaction
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator

from tests.access.askers import Asker
from tests.access.belongings import Belongings, nothing_like
from tests.access.conftest import AccessWorld
from tests.access.expected import read_operations
from tests.access.footprint import changes, footprint
from tests.access.keys import NO_OBJECTS, NOTHING_TO_WRITE, TOLD, Key, keys_of
from tests.access.questions import send
from tests.access.reading import kind_of, told
from tests.addresses import OFFICE_PARAMETERS, all_addresses
from tests.unfiltered import take_filters_away

_WRITE: Final = ("POST", "PUT", "PATCH", "DELETE")
_ASKERS: Final = ("analyst", "national_administrator")
"""Who may write most in media, and who in everything else."""

_OWN: Final = ("mine", "members", "group")
"""Whose objects may be written to: one's own, or others' that one takes part in."""

_OF_THE_SECRETARIAT: Final = ("step_country", "receive_agreement", "name_administrator")
"""What only the secretariat does, with every country: to it no country is foreign."""

_PARAMETER: Final = re.compile(r"<(?:\w+:)?(\w+)>")

KEYS: Final = [
    key
    for address in all_addresses()
    for method in _WRITE
    if (address.full_name, method) in read_operations()
    for key in keys_of(address, method)
    if address.full_name not in _OF_THE_SECRETARIAT
]


@dataclass(frozen=True)
class _Answered:
    """An answer, in the table's word and as a whole, and the names of what it wrote."""

    kind: str
    told: tuple[int, dict[str, str], str]
    written: list[str]


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_foreign_id_is_refused_like_none_and_nothing_is_written(access_world: AccessWorld, key: Key) -> None:
    able = list(_able(access_world, key))
    assert able or key.address.name in NOTHING_TO_WRITE, "nobody can do this with their own ids"
    for asker, own in able:
        foreign = access_world.belongings[asker.name]["foreign"]
        answered = _sent(asker, key, own, foreign)
        assert answered.written == []
        assert not key.address.is_api or answered.kind != "ok"
        assert answered.told == _sent(asker, key, own, nothing_like(foreign)).told


@pytest.mark.parametrize("key", [key for key in KEYS if key.names not in OFFICE_PARAMETERS], ids=str)
def test_floor_alone_lets_nothing_be_written_by_a_foreign_id(
    access_world: AccessWorld, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every filter of the application is taken away; countries, units and officers are no protected rows."""
    take_filters_away(monkeypatch)
    for name in _ASKERS:
        known = access_world.belongings[name]
        assert _sent(access_world.askers[name], key, known["mine"], known["foreign"]).written == []


def test_without_filters_own_ids_are_still_written(
    access_world: AccessWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without this, operations that always fail would pass the test above."""
    take_filters_away(monkeypatch)
    able = [key for key in KEYS if any(_able(access_world, key))]
    assert len(able) > len(KEYS) // 2


def test_every_id_that_the_api_is_told_is_a_key() -> None:
    named = {(*operation, name) for operation, fields in TOLD.items() for name in fields}
    assert set(_ids_told()) - named == NO_OBJECTS.keys()


def _able(world: AccessWorld, key: Key) -> Iterator[tuple[Asker, Belongings]]:
    """Yield who writes something with ids of their own."""
    for name in _ASKERS:
        known = world.belongings[name]
        for own in (known[relation] for relation in _OWN):
            if _sent(world.askers[name], key, own, own).written:
                yield world.askers[name], own
                break


def _sent(asker: Asker, key: Key, own: Belongings, other: Belongings) -> _Answered:
    """Ask with another's id, and return the answer and what it wrote, which is taken back."""
    path, body = key.asked(own, other)
    with transaction.atomic():
        asker.client().get(reverse("security"))  # that somebody is active is noted before
        before = footprint()
        answer = send(asker.client(), key.address, key.method, path, body)
        answered = _Answered(kind_of(answer), told(answer), changes(before, footprint()))
        answer.close()
        transaction.set_rollback(True)
    return answered


def _ids_told() -> Iterator[tuple[str, str, str]]:
    """Yield operation and field of each id in a body, as the description of the API has them."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    for address in filter(lambda each: each.is_api, all_addresses()):
        operations = schema["paths"].get("/" + _PARAMETER.sub(r"{\1}", address.route), {})
        for method in _WRITE:
            for content in (
                operations.get(method.lower(), {}).get("requestBody", {}).get("content", {}).values()
            ):
                for name, described in _properties(content["schema"], schema).items():
                    if "uuid" in (described.get("format"), described.get("items", {}).get("format")):
                        yield address.full_name, method, name


def _properties(described: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a body, which is described in place or by name."""
    name = described.get("$ref", "").rpartition("/")[2]
    whole = schema["components"]["schemas"][name] if name else described
    fields: dict[str, Any] = whole.get("properties", {})
    return fields
