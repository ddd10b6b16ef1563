"""Every address and operation by method, asker and relation, against the table in `docs/access-matrix.md`."""

import time
from collections.abc import Iterator, Mapping
from typing import Final

import pytest
from django.db import transaction
from django.http.response import HttpResponseBase

from tests.access.askers import NOBODY, Asker
from tests.access.belongings import RELATIONS, Belongings, nothing_like
from tests.access.conftest import AccessWorld
from tests.access.expected import Operation, read_operations, read_rules
from tests.access.questions import METHODS, address_of, ask, names_objects, question_of
from tests.access.reading import kind_of, problem_with, told
from tests.access.tally import TALLY
from tests.addresses import Address, all_addresses

RULES: Final = read_rules()
OPERATIONS: Final = read_operations()

_ALIKE: Final = frozenset({"hidden", "refused", "open"})
"""Answers about a foreign object that must be the same about none."""

_ASK_FOR_HEADS: Final = frozenset({"analyst", "auditor", "signed_out"})
"""Who sees most, who sees nothing and who is nobody: a head is the same work again."""

_ENDS: Final = ("own", "foreign")
"""The relations that are enough where the answer has no body, and for whom nothing is answered at all."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nobody wait for a worker's answer, for there is no worker."""
    monkeypatch.setattr("search.api.PATIENCE_S", 0.0)


def test_table_names_addresses_and_rules_that_exist() -> None:
    names = {address.full_name for address in all_addresses()}

    assert {name for name, _ in OPERATIONS} == names
    assert {operation.rule for operation in OPERATIONS.values()} == RULES.keys()


@pytest.mark.parametrize("address", all_addresses(), ids=lambda address: address.full_name)
def test_answers_are_those_of_the_table(access_world: AccessWorld, address: Address) -> None:
    problems, began = [], time.perf_counter()
    for method in METHODS:
        operation = _operation(address, method)
        for asker in access_world.askers.values():
            known = access_world.belongings[asker.name]
            cells = _no_method(address, method, asker, known)
            if operation is not None:
                cells = _cells(address, method, asker, known, operation)
            for relation, problem in cells:
                TALLY.cells += 1
                if problem:
                    problems.append((method, asker.name, relation, problem))

    TALLY.seconds += time.perf_counter() - began
    assert problems == []


def _operation(address: Address, method: str) -> Operation | None:
    """Return the operation of the table; the head of an answer stands under the whole of it."""
    return OPERATIONS.get((address.full_name, "GET" if method == "HEAD" else method))


def _cells(
    address: Address, method: str, asker: Asker, known: Mapping[str, Belongings], operation: Operation
) -> Iterator[tuple[str, str | None]]:
    expected = RULES[operation.rule].get(asker.name, dict.fromkeys(_ENDS, "sign_in"))
    if method == "HEAD":
        expected = {relation: expected[relation] for relation in _ENDS}
        if asker.name not in _ASK_FOR_HEADS:
            return
    answer = None
    for relation in filter(expected.__contains__, RELATIONS):
        belongings = known[relation]
        if answer is None or names_objects(address, method):
            answer = _asked(address, method, asker, belongings)
        yield relation, _problem(address, method, answer, expected[relation], belongings, operation)
    if method != "HEAD" and names_objects(address, method) and expected["foreign"] in _ALIKE:
        missing = _asked(address, method, asker, nothing_like(known["foreign"]))
        assert answer is not None
        yield "missing", None if told(answer) == told(missing) else "foreign and missing differ"


def _problem(
    address: Address,
    method: str,
    answer: HttpResponseBase,
    expected: str,
    belongings: Belongings,
    operation: Operation,
) -> str | None:
    if method == "HEAD":
        if kind_of(answer) == "no_method":
            return None
        expected = "open" if expected in ("shown", "absent") else expected
    asked = f"{address_of(address, method, belongings)} {question_of(address, method).told(belongings.ids)}"
    return problem_with(answer, expected, belongings, asked=asked, carries=operation.carries)


def _no_method(
    address: Address, method: str, asker: Asker, known: Mapping[str, Belongings]
) -> Iterator[tuple[str, str | None]]:
    """Ask what is not in the table: nobody is answered, but by what describes an operation of the API."""
    expected = "ok" if method == "OPTIONS" and address.is_api else "no_method"
    if asker.name in NOBODY and not _is_public(address):
        expected = "sign_in"
    answered = kind_of(_asked(address, method, asker, known["foreign"]))
    yield "foreign", None if answered == expected else f"{expected} expected, {answered} answered"


def _is_public(address: Address) -> bool:
    operation = OPERATIONS.get((address.full_name, "GET"))
    return operation is not None and operation.rule == "public"


def _asked(address: Address, method: str, asker: Asker, belongings: Belongings) -> HttpResponseBase:
    """Ask and return the answer. Whatever else than a read it does is taken back."""
    if method in ("GET", "HEAD", "OPTIONS"):
        return ask(asker.client(), address, method, belongings)
    with transaction.atomic():
        answer = ask(asker.client(), address, method, belongings)
        transaction.set_rollback(True)
        return answer
