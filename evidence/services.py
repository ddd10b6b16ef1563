"""Writes: taking a file in, keeping what was made of it, handing an original out."""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db import Error as DatabaseAway
from django.db import connection, transaction
from django.utils import timezone

from accounts.audit.recording import record
from accounts.models import Sharing
from accounts.policies import Permission
from accounts.queries import audience_for, scopes_of
from evidence.errors import FileEmpty, ReasonMissing
from evidence.formats import Format, recognise
from evidence.models import (
    CustodyEvent,
    Derivative,
    Handling,
    LegalBasis,
    MatchFrame,
    Material,
    Priority,
    Submission,
    Verdict,
)
from evidence.policies import (
    check_can_export_original,
    check_can_submit_material,
    check_handling_allows_export,
)
from evidence.queries import list_visible_submissions
from evidence.store import Shelf, store
from icse.common.ids import new_id
from icse.common.jobs import Urgency, enqueue

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path
    from uuid import UUID

    from accounts.models import Officer
    from evidence.receiving import ReceivedFile

FILE_NAME_LENGTH = 500
PATH_LENGTH = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionDetails:
    """What the officer says of a file; names and paths are labels, never places in our store."""

    source_path: str = ""
    case_reference: str = ""
    legal_basis: str = LegalBasis.CRIMINAL_INVESTIGATION
    handling: str = Handling.TLP_AMBER
    priority: str = Priority.ROUTINE
    sharing: str = Sharing.NATIONAL
    groups: Collection[UUID] = ()
    units: Collection[UUID] = ()
    batch: UUID | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is answered to a file: final on receipt."""

    submission: Submission
    material: Material
    verdict: Verdict


def receive_file(*, by: Officer, upload: ReceivedFile, details: SubmissionDetails) -> Receipt:
    """Take a file in: into the store, then material, submission, custody and the order to analyze it.

    The bytes are in place before the transaction commits, and both under one lock per digest, so that
    a crash loses nothing acknowledged and invents nothing. Whatever is refused leaves no file behind, but
    what the store held before.

    Raises:
        AccessDenied: The officer's role may not hand in material.
        FileEmpty: The file holds no bytes.
        UnsupportedFormat: It is of no format that the platform reads.
        BadAudience: A group or unit is missing, or is none that the country may name.
    """
    try:
        check_can_submit_material(by)
        recognised = _recognise(upload)
        audience = _audience(by, details)
        with transaction.atomic():
            lock_digest(upload.sha256)
            with _stored(upload):
                return _register(by, upload, details, recognised, audience)
    finally:
        upload.discard()


@contextmanager
def _stored(upload: ReceivedFile) -> Iterator[None]:
    """Put a file into the store for the block; where that fails, take out what was not there before.

    With a connection that is lost the lock on the digest is lost too, and somebody else may have handed the
    same file in since: then it stays, for the reconciler to judge.
    """
    was_there = store().holds(Shelf.ORIGINALS, upload.sha256)
    store().commit(upload.incoming, Shelf.ORIGINALS, upload.sha256)
    try:
        with transaction.atomic():
            yield
    except BaseException:
        if not was_there and _is_connected_still():
            store().delete(Shelf.ORIGINALS, upload.sha256)
        raise


def _is_connected_still() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseAway:
        return False
    return True


def _recognise(upload: ReceivedFile) -> Format:
    if upload.size == 0:
        raise FileEmpty
    return recognise(upload.head, upload.size)


def lock_digest(sha256: str) -> None:
    """Hold one digest until the transaction ends: receiving and repairing it exclude each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [sha256])


def _register(
    by: Officer, upload: ReceivedFile, details: SubmissionDetails, recognised: Format, audience: list[int]
) -> Receipt:
    submission_id = new_id()
    content = {
        "id": str(new_id()),
        "sha256": upload.sha256,
        "sha1": upload.sha1,
        "md5": upload.md5,
        "size": upload.size,
        "kind": recognised.kind,
        "media_type": recognised.media_type,
    }
    told = {
        **asdict(details),
        "groups": None,
        "units": None,
        "source_path": _as_label(details.source_path)[:PATH_LENGTH],
        "batch": str(details.batch) if details.batch else None,
        "id": str(submission_id),
        "country_id": str(by.unit.country_id),
        "unit_id": str(by.unit_id),
        "officer_id": str(by.pk),
        "file_name": _as_label(upload.file_name)[:FILE_NAME_LENGTH],
        "audience": audience,
        "received_at": timezone.now().isoformat(),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT is_first_sight FROM evidence_receive_file(%s::jsonb, %s::jsonb, %s)",
            [json.dumps(content), json.dumps(told), list(scopes_of(by))],
        )
        (is_first_sight,) = cursor.fetchone()
    submission = Submission.objects.select_related("material").get(pk=submission_id)
    if is_first_sight:
        order_analysis(submission)
    record(
        "submission.received",
        submission.pk,
        submission.material_id,
        by=by,
        right=Permission.MATERIAL_SUBMIT,
        verdict=submission.verdict,
    )
    return Receipt(submission, submission.material, Verdict(submission.verdict))


def _audience(by: Officer, details: SubmissionDetails) -> list[int]:
    named = {*details.units, by.unit_id} if details.sharing == Sharing.UNITS else ()
    return audience_for(details.sharing, by.unit.country, groups=details.groups, units=named)


def order_analysis(submission: Submission) -> None:
    """Ask for the analysis of a submission, at the place in the queue that it was handed in for."""
    urgent = submission.priority == Priority.URGENT
    enqueue(
        "media_analysis.analyze",
        queue="analyze",
        urgency=Urgency.URGENT if urgent else Urgency.ROUTINE,
        material_id=str(submission.material_id),
        urgent=urgent,
    )


def _as_label(name: str) -> str:
    """Make a file's name safe to show: what cannot be printed, and what turns text around, is spelt out."""
    return "".join(character if character.isprintable() else f"\\u{ord(character):04x}" for character in name)


def keep_derivative(
    *,
    material: Material,
    kind: Derivative.Kind,
    content: bytes | Path,
    media_type: str,
    size_px: tuple[int, int],
    at_ms: int = 0,
    is_for_match: bool = False,
) -> Derivative:
    """Store something made from an original and note it in the material's custody; a re-run replaces it.

    What was kept for the material's own sake stays so, whatever matches it later.
    """
    shelf = Shelf.DERIVATIVES
    with transaction.atomic():
        if isinstance(content, bytes):
            # Under the lock, so that nobody sets aside as unknown what is about to be known.
            lock_digest(hashlib.sha256(content).hexdigest())
            digest, size = store().put(content, shelf), len(content)
        else:
            digest, size = store().put_file(content, shelf), content.stat().st_size
        made = {
            "sha256": digest,
            "media_type": media_type,
            "size": size,
            "width": size_px[0],
            "height": size_px[1],
        }
        derivative, created = Derivative.objects.update_or_create(
            material=material,
            kind=kind,
            at_ms=at_ms,
            defaults=made if is_for_match else {**made, "is_for_match": False},
            create_defaults={**made, "is_for_match": is_for_match},
        )
        if created:
            CustodyEvent.objects.create(
                material=material,
                kind=CustodyEvent.Kind.DERIVED,
                detail={"derivative": kind, "at_ms": at_ms, "sha256": digest},
            )
    return derivative


def name_match_frames(frames: Collection[MatchFrame]) -> None:
    """Let these frames be seen by whoever sees both materials; those named already stay as they are."""
    MatchFrame.objects.bulk_create(frames, ignore_conflicts=True, batch_size=500)


@transaction.atomic
def export_original(
    *, by: Officer, material: Material, reason: str, acknowledged: bool = False
) -> Submission:
    """Put on record that an original leaves the platform, and why; return the submission it goes out under.

    Raises:
        ReasonMissing: No reason is given.
        AccessDenied: The officer's role may not take originals out.
        PassingOnForbidden, ConditionNotAcknowledged: A condition of a visible submission is against it.
    """
    check_can_export_original(by)
    if not reason.strip():
        raise ReasonMissing
    submissions = list(list_visible_submissions(by, material))
    check_handling_allows_export(by, submissions, acknowledged=acknowledged)
    submission = submissions[0]
    CustodyEvent.objects.create(
        material=material,
        submission=submission,
        officer=by,
        kind=CustodyEvent.Kind.EXPORTED,
        detail={"reason": reason.strip()} | ({"acknowledged": True} if acknowledged else {}),
    )
    record(
        "original.exported",
        material.pk,
        submission.pk,
        by=by,
        right=Permission.ORIGINAL_EXPORT,
        reason=reason,
    )
    return submission
