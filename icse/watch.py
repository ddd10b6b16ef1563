"""The page on which the secretariat sees at a look whether the platform works, and what is in the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.policies import Permission, check_has_permission
from evidence.models import StoreRepair
from icse.common.queues import STALLED_AFTER_S
from icse.figures import all_figures
from media_analysis.models import RunState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.http import HttpResponse

    from accounts.http import OfficerRequest
    from icse.figures import Figures, QueueFigures

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A queue as the page has it; `waiting` is None where the broker is away."""

    name: str
    waiting: int | None
    heard: str
    is_stalled: bool


@dataclass(frozen=True, slots=True)
class Watch:
    """The page: what is in the way, each with what to do, then the figures."""

    at: datetime
    obstacles: tuple[str, ...]
    queues: tuple[QueueLine, ...]
    outbox_waiting: int
    outbox_age: str
    runs: tuple[tuple[str, int], ...]
    unfinished_age: str
    analyses: tuple[tuple[str, int], ...]
    store_free: int
    stored: tuple[tuple[str, int, int], ...]
    repairs: tuple[tuple[str, int], ...]
    sandboxes: tuple[tuple[str, int], ...]
    is_bare: bool


@require_safe
@never_cache
def platform(request: OfficerRequest) -> HttpResponse:
    """Show how the platform is; the page asks for its figures again while it is open."""
    return _answer(request, "platform/platform.html")


@require_safe
@never_cache
def platform_figures(request: OfficerRequest) -> HttpResponse:
    """Return the part of that page that changes."""
    return _answer(request, "platform/partials/_figures.html")


def _answer(request: OfficerRequest, template: str) -> HttpResponse:
    check_has_permission(request.user, Permission.PLATFORM_WATCH)
    return render(request, template, {"watch": _watch(all_figures())})


def _watch(figures: Figures) -> Watch:
    sums = {(each.name, each.label): int(each.value) for each in figures.platform}
    states = RunState.choices
    return Watch(
        at=timezone.now(),
        obstacles=tuple(_obstacles(figures)),
        queues=tuple(_line(each) for each in figures.queues),
        outbox_waiting=figures.outbox_waiting,
        outbox_age=in_words(figures.outbox_age_s),
        runs=tuple((str(label), sums.get(("runs", state), 0)) for state, label in states),
        unfinished_age=in_words(sums.get(("unfinished_age", ""), 0)),
        analyses=tuple((label, value) for (name, label), value in sums.items() if name == _ANALYSES),
        store_free=figures.store_free,
        stored=tuple(
            (shelf, sums.get(("stored_files", shelf), 0), sums.get(("stored_bytes", shelf), 0))
            for shelf in ("originals", "derivatives")
        ),
        repairs=tuple(
            (str(label), figures.repairs[kind])
            for kind, label in StoreRepair.Kind.choices
            if kind in figures.repairs and kind not in (StoreRepair.Kind.MISSING, StoreRepair.Kind.BROKEN)
        ),
        sandboxes=tuple(
            (words, figures.decoder_levels.count(level))
            for level, words in SANDBOXES.items()
            if level in figures.decoder_levels
        ),
        is_bare="limits" in figures.decoder_levels,
    )


SANDBOXES: Final = {
    "container": "in a container without network",
    "bubblewrap": "in bubblewrap, without network",
    "limits": "under limits alone, without a sandbox",
}
"""In what files that were handed in are read, in words."""


_ANALYSES: Final = "analyses_of_a_minute"


def _line(queue: QueueFigures) -> QueueLine:
    return QueueLine(queue.name, queue.waiting, in_words(queue.canary_age_s), queue.is_stalled)


def _obstacles(figures: Figures) -> Iterator[str]:
    if any(each.waiting is None for each in figures.queues):
        yield "The broker does not answer. What is handed in is kept and waits. See to Valkey."
    for queue in figures.queues:
        if queue.is_stalled:
            heard = in_words(queue.canary_age_s)
            since = "yet" if heard == NEVER_HEARD else f"for {heard}"
            yield f"Nobody took from the queue {queue.name} {since}. See to the workers that serve it."
    if figures.outbox_age_s > STALLED_AFTER_S:
        waited = in_words(figures.outbox_age_s)
        yield f"Orders have waited {waited} to be sent. See to beat and to the broker."
    yield from _obstacles_of_store(figures)


def _obstacles_of_store(figures: Figures) -> Iterator[str]:
    if figures.store_free <= settings.STORAGE_RESERVE:
        yield "The store is full up to its reserve: uploads are refused. Make room."
    if not figures.are_keys_there:
        yield "The keys cannot be used: no file is opened or taken. See to KEY_FILE or KEY_HOLDER."
    if broken := figures.store.broken:
        things = "object is" if broken == 1 else "objects are"
        yield f"{broken} {things} no longer as written to the store: `manage.py mend_store`."
    if unread := figures.store.unread:
        things = "object was" if unread == 1 else "objects were"
        yield f"{unread} {things} not read again for over thirty days. See to workers and disks."
    if overdue := figures.overdue:
        things = "file was" if overdue == 1 else "files were"
        yield f"{overdue} withdrawn {things} not disposed of within a day. See to workers and store."
    if figures.store_missing:
        things = "object is" if figures.store_missing == 1 else "objects are"
        yield f"{figures.store_missing} {things} missing from the store: `manage.py mend_store`."


NEVER_HEARD: Final = "never"


def in_words(seconds: float) -> str:
    """Return an age as a glance takes it in: seconds up to two minutes, then minutes, then hours."""
    if seconds == float("inf"):
        return NEVER_HEARD
    if seconds < 2 * _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < 2 * _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.0f} h"
