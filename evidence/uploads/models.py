from datetime import timedelta
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.models import Country, Officer, Sharing
from evidence.models import Handling, LegalBasis, Priority, Submission
from evidence.uploads.querysets import BatchQuerySet, UploadQuerySet
from icse.common.ids import new_id

KEPT: Final = timedelta(days=7)
"""So long what has arrived of a file waits for the rest, counted from the last piece."""


class Batch(models.Model):
    """The files that an officer hands in together, and what is said of all of them.

    Files and bytes are as they were announced; sizes in bytes. It is its officer's own until its files have
    become submissions, which carry its id.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    case_reference = models.CharField(max_length=100, blank=True)
    legal_basis = models.CharField(
        max_length=30, choices=LegalBasis, default=LegalBasis.CRIMINAL_INVESTIGATION
    )
    handling = models.CharField(max_length=30, choices=Handling, default=Handling.TLP_AMBER)
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.ROUTINE)
    sharing = models.CharField(max_length=10, choices=Sharing, default=Sharing.NATIONAL)
    groups = ArrayField(models.UUIDField(), default=list)
    units = ArrayField(models.UUIDField(), default=list)
    announced_files = models.PositiveIntegerField(default=0)
    announced_bytes = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["officer", "-opened_at"], name="batch_officer_newest_idx"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(announced_bytes__gte=0), name="batch_bytes_are_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"batch {self.pk}"


class Upload(models.Model):
    """One file on its way in, piece by piece: tus 1.0.0 calls it an upload resource.

    `length` and `offset` in bytes; what lies before `offset` is on the disk. `modified_at` is the file's own
    time at its source, by which the page knows it again; `sha256` what the sender announced, if anything, and
    of an archive that has arrived what it is. `wrapped_key` is that of its part, wrapped for the country.

    What comes out of an archive is a row as well, which names its `archive` and the `member_number` in it.
    `audience` is to whom an archive was opened when it arrived; `attempts` how often it was begun since a
    member came out of it last.
    """

    class State(models.TextChoices):
        OPEN = "open", "On its way"
        UNPACKING = "unpacking", "Being unpacked"
        UNPACKED = "unpacked", "Unpacked"
        RECEIVED = "received", "Received"
        REFUSED = "refused", "Refused"
        EXPIRED = "expired", "Expired"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="uploads")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=500)
    source_path = models.CharField(max_length=2000, blank=True)
    modified_at = models.DateTimeField(null=True)
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    reason = models.CharField(max_length=50, blank=True)
    message = models.CharField(max_length=500, blank=True)
    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, null=True, related_name="+")
    archive = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="members")
    member_number = models.PositiveIntegerField(null=True)
    audience = ArrayField(models.IntegerField(), null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    wrapped_key = models.CharField(max_length=500, blank=True, db_default="")
    opened_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    objects = UploadQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["batch", "opened_at"], name="upload_batch_idx"),
            models.Index(
                fields=["country", "officer"],
                name="upload_open_idx",
                condition=models.Q(state="open"),
            ),
            models.Index(fields=["expires_at"], name="upload_expiring_idx", condition=models.Q(state="open")),
            models.Index(
                fields=["expires_at"], name="upload_unpacking_idx", condition=models.Q(state="unpacking")
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["open", "unpacking", "unpacked", "received", "refused", "expired"]
                ),
                name="upload_state_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(offset__gte=0, offset__lte=models.F("length")),
                name="upload_offset_is_within_length",
            ),
            models.CheckConstraint(
                condition=models.Q(sha256="") | models.Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="upload_sha256_is_hex",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="received") | models.Q(submission__isnull=False),
                name="upload_received_has_a_submission",
            ),
            models.UniqueConstraint(fields=["archive", "member_number"], name="upload_member_once"),
            models.CheckConstraint(
                condition=models.Q(archive=None, member_number=None)
                | models.Q(archive__isnull=False, member_number__isnull=False),
                name="upload_member_has_a_number",
            ),
        )

    def __str__(self) -> str:
        return f"upload {self.pk}"

    @property
    def has_arrived(self) -> bool:
        """Tell whether it is a submission, or an archive whose files are or become some."""
        return self.state in (self.State.RECEIVED, self.State.UNPACKING, self.State.UNPACKED)

    @property
    def proven_sha256(self) -> str | None:
        """Return the digest that was worked out here, and never one that was only announced."""
        if self.submission is not None:
            return self.submission.material.sha256
        return self.sha256 if self.has_arrived else None

    @property
    def is_whole(self) -> bool:
        """Tell whether every byte has arrived."""
        return self.offset == self.length
