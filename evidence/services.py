"""Writes: taking a file in, keeping what was made of it, handing an original out."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from io import BytesIO
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
from evidence.keys import key_holder
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
from evidence.objects import (
    derivative_name,
    find_key,
    is_whole,
    key_of,
    put_object,
    sealed_anew,
    wrapped_for,
)
from evidence.policies import (
    check_can_export_original,
    check_can_submit_material,
    check_handling_allows_export,
)
from evidence.queries import list_visible_submissions
from evidence.quotas import check_day, count_intake
from evidence.store import Shelf, store
from icse.common.ids import new_id
from icse.common.jobs import Urgency, enqueue

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from uuid import UUID

    from accounts.models import Officer
    from evidence.receiving import ReceivedFile
    from icse.common.sealing import SealedFile

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
        DayFull: The officer or the country has handed in as much as it may today.
    """
    try:
        check_can_submit_material(by)
        check_day(by, upload.size)
        recognised = _recognise(upload)
        audience = _audience(by, details)
        with transaction.atomic():
            lock_digest(upload.sha256)
            with stored(upload, by.unit.country_id) as sealed:
                return _register(by, upload, details, recognised, audience, sealed)
    finally:
        upload.discard()


@contextmanager
def stored(upload: ReceivedFile, country_id: UUID) -> Iterator[dict[str, object]]:
    """Put a file into the store for the block; where that fails, take out what was not there before.

    Yields what the database is told of it: the file's key wrapped for the country, and what the object is as
    it lies. Of a file that is there already the key stays, and what arrived goes. A file that was lost or
    damaged arrives anew, under the key that its holders have.

    With a connection that is lost the lock on the digest is lost too, and somebody else may have handed the
    same file in since: then it stays, for the reconciler to judge.
    """
    known, is_there = find_key(upload.sha256), is_whole(Shelf.ORIGINALS, upload.sha256)
    key = known or upload.key
    # One key is wrapped and one opened either way: a key service far away takes its time for each.
    wrapped = key_holder().wrap(key, country_id) if known else wrapped_for(key, country_id)
    sealed: dict[str, object] = {}
    if known is not None and is_there:
        store().commit_in_vain(upload.incoming, Shelf.ORIGINALS, upload.sha256)
    else:
        placed = upload if known is None else sealed_anew(upload, known)
        try:
            store().commit(placed.incoming, Shelf.ORIGINALS, upload.sha256)
        finally:
            placed.discard()
        sealed = {"sealed_size": placed.sealed_size, "sealed_sha256": placed.sealed_sha256}
    try:
        with transaction.atomic():
            yield {**sealed, "wrapped_key": wrapped}
    except BaseException:
        # Of a file that others hold it stays, were it lost or damaged before: now it is whole.
        if known is None and _is_connected_still():
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


def declare_file(
    *, by: Officer, material: Material, file_name: str, details: SubmissionDetails, shown: list[list[int]]
) -> Receipt:
    """Note one more submission of a file that the officer's own country holds, without its being sent.

    Args:
        by: Who declares it, and may see a submission of it.
        material: What it is, by its content.
        file_name: What it is called where it lies now; a label.
        details: As with any file.
        shown: Of which ranges, first and last byte, they knew the digests: that goes into its custody.

    Raises:
        AccessDenied: The officer's role may not hand in material.
        BadAudience: A group or unit is missing, or is none that the country may name.
    """
    check_can_submit_material(by)
    audience = _audience(by, details)
    content = {"sha256": material.sha256, "declared": shown}
    with transaction.atomic():
        lock_digest(material.sha256)
        submission, _ = _enter(by, file_name, content, details, audience)
        record(
            "submission.declared",
            submission.pk,
            submission.material_id,
            by=by,
            right=Permission.MATERIAL_SUBMIT,
        )
    return Receipt(submission, submission.material, Verdict(submission.verdict))


def content_of(received: ReceivedFile, recognised: Format) -> dict[str, object]:
    """Return what a new material is, as `evidence_receive_file` wants it."""
    return {
        "id": str(new_id()),
        "sha256": received.sha256,
        "sha1": received.sha1,
        "md5": received.md5,
        "size": received.size,
        "kind": recognised.kind,
        "media_type": recognised.media_type,
    }


def _register(
    by: Officer,
    upload: ReceivedFile,
    details: SubmissionDetails,
    recognised: Format,
    audience: list[int],
    sealed: Mapping[str, object],
) -> Receipt:
    content = {**content_of(upload, recognised), **sealed}
    submission, is_first_sight = _enter(by, upload.file_name, content, details, audience)
    if is_first_sight:
        order_analysis(submission.material_id, urgent=submission.priority == Priority.URGENT)
    count_intake(by, upload.size)
    record(
        "submission.received",
        submission.pk,
        submission.material_id,
        by=by,
        right=Permission.MATERIAL_SUBMIT,
        verdict=submission.verdict,
    )
    return Receipt(submission, submission.material, Verdict(submission.verdict))


def _enter(
    by: Officer,
    file_name: str,
    content: Mapping[str, object],
    details: SubmissionDetails,
    audience: list[int],
) -> tuple[Submission, bool]:
    """Enter material, submission and custody, and tell whether nobody whom the officer knows of had it."""
    submission_id = new_id()
    told = {
        **asdict(details),
        "groups": None,
        "units": None,
        "source_path": as_label(details.source_path)[:PATH_LENGTH],
        "batch": str(details.batch) if details.batch else None,
        "id": str(submission_id),
        "country_id": str(by.unit.country_id),
        "unit_id": str(by.unit_id),
        "officer_id": str(by.pk),
        "file_name": as_label(file_name)[:FILE_NAME_LENGTH],
        "audience": audience,
        "received_at": timezone.now().isoformat(),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT is_first_sight FROM evidence_receive_file(%s::jsonb, %s::jsonb, %s)",
            [json.dumps(content), json.dumps(told), list(scopes_of(by))],
        )
        (is_first_sight,) = cursor.fetchone()
    return Submission.objects.select_related("material").get(pk=submission_id), is_first_sight


def _audience(by: Officer, details: SubmissionDetails) -> list[int]:
    named = {*details.units, by.unit_id} if details.sharing == Sharing.UNITS else ()
    return audience_for(details.sharing, by.unit.country, groups=details.groups, units=named)


def order_analysis(material_id: UUID, *, urgent: bool) -> None:
    """Ask for the analysis of a material, at the place in the queue that it was handed in for."""
    enqueue(
        "media_analysis.analyze",
        queue="analyze",
        urgency=Urgency.URGENT if urgent else Urgency.ROUTINE,
        material_id=str(material_id),
        urgent=urgent,
    )


def as_label(name: str) -> str:
    """Make a file's name safe to show: what cannot be printed, and what turns text around, is spelt out."""
    return "".join(character if character.isprintable() else f"\\u{ord(character):04x}" for character in name)


def keep_derivative(
    *,
    material: Material,
    kind: Derivative.Kind,
    content: bytes | SealedFile,
    media_type: str,
    size_px: tuple[int, int],
    at_ms: int = 0,
    is_for_match: bool = False,
) -> Derivative:
    """Store something made from an original and note it in the material's custody; a re-run replaces it.

    What was kept for the material's own sake stays so, whatever matches it later.
    """
    with ExitStack() as opened, transaction.atomic():
        stream = opened.enter_context(BytesIO(content) if isinstance(content, bytes) else content.open())
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        size = stream.seek(0, os.SEEK_END)
        name = derivative_name(material, digest)
        # Under the lock, so that nobody sets aside as unknown what is about to be known.
        lock_digest(name)
        if not is_whole(Shelf.DERIVATIVES, name):
            stream.seek(0)
            put_object(stream, Shelf.DERIVATIVES, name, key_of(material))
        made = {
            "sha256": digest,
            "object_name": name,
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
