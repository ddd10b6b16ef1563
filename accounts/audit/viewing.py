"""Reads on record: a page or an operation says which act it is, and what it shows adds itself.

A page of blurred pictures is one event that names them all. What leaves through the few places that make
tiles and JSON of materials calls `showed`; should a page show something without saying which act that is,
the middleware writes the event nevertheless.
"""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar
from uuid import UUID

from accounts.audit.recording import note, present_circumstances

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http.response import HttpResponseBase

    from accounts.audit.recording import Circumstances
    from accounts.policies import Permission

UNNAMED: Final = "page.viewed"

P = ParamSpec("P")
Answer = TypeVar("Answer", bound="HttpResponseBase")


def views(act: str, right: Permission) -> Callable[[Callable[P, Answer]], Callable[P, Answer]]:
    """Return a decorator: whenever the view answers with content, `act` is noted, under that right.

    The event names what the address names, then what was shown; its detail is what the view said by `asks`.
    """

    def decorate(view: Callable[P, Answer]) -> Callable[P, Answer]:
        @wraps(view)
        def noted(*args: P.args, **kwargs: P.kwargs) -> Answer:
            answer = view(*args, **kwargs)
            if answer.status_code in _SHOWS:
                _note_view(act, right, kwargs)
            return answer

        return noted

    return decorate


_SHOWS: Final = (HTTPStatus.OK, HTTPStatus.ACCEPTED, HTTPStatus.PARTIAL_CONTENT)


def showed(objects: Iterable[UUID]) -> None:
    """Say that the answer to the present request shows these objects; outside a request, nothing happens."""
    circumstances = present_circumstances()
    if circumstances is not None:
        circumstances.shown.update(dict.fromkeys(objects))


def asks(**detail: Any) -> None:
    """Say what the present request asks for beside its address: terms, a tab, a page. Never content."""
    circumstances = present_circumstances()
    if circumstances is not None:
        circumstances.asked.update({name: value for name, value in detail.items() if value})


def note_unnamed(circumstances: Circumstances) -> None:
    """Note what was shown by a page that did not say which act it is, and is named by no other event."""
    unnamed = [pk for pk in _taken(circumstances) if pk not in circumstances.named]
    if unnamed:
        note(UNNAMED, *unnamed)


def _note_view(act: str, right: Permission, named: dict[str, Any]) -> None:
    circumstances = present_circumstances()
    ids = [value for value in named.values() if isinstance(value, UUID)]
    words = {name: value for name, value in named.items() if not isinstance(value, UUID)}
    shown, asked = ((), {}) if circumstances is None else (_taken(circumstances), circumstances.asked)
    note(act, *ids, *shown, right=right, **(words | asked))


def _taken(circumstances: Circumstances) -> tuple[UUID, ...]:
    shown, circumstances.shown = tuple(circumstances.shown), {}
    return shown
