"""Reads of materials, submissions and derivatives, always as somebody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Count, Max, Min, Q, Sum, Value

from evidence.handling import strictest_first
from evidence.lists import MaterialList
from evidence.models import (
    CustodyEvent,
    Derivative,
    Handling,
    Kind,
    Material,
    Priority,
    SeenMaterial,
    StoreRepair,
    Submission,
)
from icse.common.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from uuid import UUID

    from accounts.models import Officer
    from evidence.querysets import SubmissionQuerySet


@dataclass(frozen=True, slots=True)
class Origin:
    """What a card of a material says of where it came from: the asker's earliest visible submission.

    `handlings` are the conditions of every visible submission, the strictest first.
    """

    submission: Submission
    is_urgent: bool
    handlings: tuple[Handling, ...] = ()


def watchers_of(material_id: UUID) -> list[UUID]:
    """Return the ids of the officers who may see a submission of the material that waits; for hints alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT officer_id FROM evidence_watchers(%s)", [material_id])
        return [officer_id for (officer_id,) in cursor.fetchall()]


def find_own_holding(officer: Officer, sha256: str) -> Material | None:
    """Return the material with this digest if the officer may see a submission of their own country of it.

    What others alone hold is answered like what nobody holds.
    """
    own = Submission.objects.visible_to(officer).of_country_of(officer)
    submission = own.filter(material__sha256=sha256).select_related("material").first()
    return submission.material if submission else None


def get_visible_material(officer: Officer, material_id: UUID) -> Material:
    """Return a material that the officer may see.

    Raises:
        NotFound: There is none, or nothing of it was shared with the officer.
    """
    material = Material.objects.visible_to(officer).filter(pk=material_id).first()
    if material is None:
        raise NotFound
    return material


def get_visible_submission(officer: Officer, submission_id: UUID) -> Submission:
    """Return a submission that the officer may see, with its material, country and unit.

    Raises:
        NotFound: There is none, or it was not shared with the officer.
    """
    visible = Submission.objects.visible_to(officer).select_related("material", "country", "unit")
    submission = visible.filter(pk=submission_id).first()
    if submission is None:
        raise NotFound
    return submission


def find_visible_materials(officer: Officer, material_ids: Collection[UUID]) -> list[Material]:
    """Return those of the materials that the officer may see, in no order; the others are left out."""
    return list(Material.objects.visible_to(officer).filter(pk__in=material_ids))


def list_materials(officer: Officer) -> MaterialList:
    """Return visible materials, those first of which something visible was handed in last."""
    seen = SeenMaterial.objects.visible_to(officer)
    return MaterialList(officer, seen.order_by("-last_received_at", "pk"))


def list_visible_submissions(officer: Officer, material: Material) -> SubmissionQuerySet:
    """Return the visible submissions of a material, earliest first, with country, unit and officer."""
    visible = Submission.objects.visible_to(officer).filter(material=material)
    return visible.select_related("country", "unit", "officer").order_by("received_at", "pk")


def list_own_submissions(officer: Officer, *, batch: UUID | None = None) -> SubmissionQuerySet:
    """Return what the officer's country handed in, newest first; of one batch if it is named."""
    own = Submission.objects.visible_to(officer).of_country_of(officer)
    if batch is not None:
        own = own.filter(batch=batch)
    return own.select_related("material", "officer").order_by("-received_at", "pk")


def repairs_since(moment: datetime) -> dict[str, int]:
    """Return how many repairs of each kind the store took since a moment; of whoever's, only how many."""
    recent = StoreRepair.objects.filter(happened_at__gte=moment)
    return dict(recent.values_list("kind").annotate(Sum("number")))


@dataclass(frozen=True, slots=True)
class StoreState:
    """How many objects are not as they were written, and how many were not read for over thirty days."""

    broken: int
    unread: int


def store_state() -> StoreState:
    """Return what the last readings of the store came to; of whose objects, nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT broken, unread FROM evidence_store_state()")
        return StoreState(*cursor.fetchone())


def list_set_aside(officer: Officer) -> SubmissionQuerySet:
    """Return what the officer's country handed in and the analysis gave up, the last set aside first."""
    given_up = (
        Submission.objects.visible_to(officer).of_country_of(officer).filter(set_aside_at__isnull=False)
    )
    return given_up.select_related("material", "officer").order_by("-set_aside_at", "pk")


def origins(officer: Officer, material_ids: Collection[UUID]) -> dict[UUID, Origin]:
    """Return for each material the earliest submission that the officer may see, in one query.

    Dates, names and states on a screen come from it, never from the shared row. A material is urgent
    when any visible submission says so.
    """
    visible = (
        Submission.objects.visible_to(officer)
        .filter(material__in=material_ids)
        .select_related("country", "unit")
        .order_by("received_at", "pk")
    )
    return _earliest_of_each(visible)


def _earliest_of_each(submissions: Iterable[Submission]) -> dict[UUID, Origin]:
    found: dict[UUID, Origin] = {}
    for submission in submissions:
        earlier = found.get(submission.material_id)
        first = earlier.submission if earlier else submission
        urgent = submission.priority == Priority.URGENT or (earlier is not None and earlier.is_urgent)
        conditions = {Handling(submission.handling), *(earlier.handlings if earlier else ())}
        found[submission.material_id] = Origin(first, urgent, strictest_first(conditions))
    return found


def get_playable(officer: Officer, material_id: UUID) -> Material | Derivative:
    """Return what a browser plays of a video: its proxy where there is one, else the original.

    Raises:
        NotFound: There is no such video that the officer may see.
    """
    material = get_visible_material(officer, material_id)
    if material.kind != Kind.VIDEO:
        raise NotFound
    proxies = Derivative.objects.visible_to(officer).filter(material=material, kind=Derivative.Kind.PROXY)
    return proxies.select_related("material").first() or material


def get_derivative(officer: Officer, material_id: UUID, kind: str, at_ms: int = 0) -> Derivative:
    """Return a derivative of a material that the officer may see.

    Raises:
        NotFound: There is none, or the officer may not see the material.
    """
    visible = Derivative.objects.visible_to(officer).select_related("material")
    derivative = visible.filter(material=material_id, kind=kind, at_ms=at_ms).first()
    if derivative is None:
        raise NotFound
    return derivative


@dataclass(frozen=True, slots=True)
class KeptFrames:
    """The places, in milliseconds and in order, of a material's kept pictures: 0 of a photo.

    `own` are those that its own analysis chose; `every` also those that were taken to show a match, as far
    as the asker sees what it is with.
    """

    own: tuple[int, ...] = ()
    every: tuple[int, ...] = ()


def kept_frames(officer: Officer, material_ids: Collection[UUID]) -> dict[UUID, KeptFrames]:
    """Return the kept pictures of each material, in one query; one of which nothing was made has none."""
    blurred = Derivative.objects.visible_to(officer).filter(
        material__in=material_ids, kind=Derivative.Kind.BLURRED
    )
    rows = blurred.values_list("material").annotate(
        own=ArrayAgg("at_ms", order_by="at_ms", filter=Q(is_for_match=False), default=Value([])),
        every=ArrayAgg("at_ms", order_by="at_ms"),
    )
    found = {material_id: KeptFrames(tuple(own), tuple(every)) for material_id, own, every in rows}
    return {material_id: found.get(material_id, KeptFrames()) for material_id in material_ids}


def list_own_custody(officer: Officer, material: Material) -> list[CustodyEvent]:
    """Return what happened to the submissions of a material by the officer's own country, earliest first."""
    own = Submission.objects.visible_to(officer).of_country_of(officer).filter(material=material)
    events = CustodyEvent.objects.filter(submission__in=own).select_related("officer", "submission")
    return list(events.order_by("happened_at", "pk"))


@dataclass(frozen=True, slots=True)
class RecentUpload:
    """One of the officer's own uploads, as a line that leads back to it."""

    batch: UUID
    case_reference: str
    files: int
    received_at: datetime


def list_recent_uploads(officer: Officer, *, limit: int = 8) -> list[RecentUpload]:
    """Return the officer's own last uploads, newest first; files handed in one by one are none."""
    own = Submission.objects.visible_to(officer).filter(officer=officer, batch__isnull=False)
    rows = (
        own.values("batch")
        .annotate(files=Count("pk"), began=Min("received_at"), reference=Max("case_reference"))
        .order_by("-began")
    )
    return [
        RecentUpload(row["batch"], row["reference"], row["files"], row["began"])
        for row in rows[:limit]
        if row["batch"]
    ]
