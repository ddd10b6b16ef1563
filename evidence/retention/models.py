from datetime import datetime, timedelta
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.models import Country, Officer
from evidence.models import Submission
from evidence.retention.querysets import DisposalQuerySet, RetainedQuerySet, WithdrawalQuerySet
from icse.common.ids import new_id

REVIEW_AFTER_YEARS: Final = 3
"""Whether something is still needed is asked this long after receipt: EU 2016/794 Art. 31(2)."""

KEPT_YEARS: Final = 15
"""So long a submission is kept unless its country says otherwise.

INTERPOL keeps traces of persons who are not identified as long; of its own image database it says 99 years or
what the source sets, which is the most that can be chosen here.
"""

MOST_YEARS: Final = 99

TAKE_BACK_WITHIN: Final = timedelta(hours=12)
"""So long after a withdrawal nothing is destroyed; it can be taken back. Disposal follows within a day."""


class Standing(models.TextChoices):
    """What may be done with a submission: all, nothing for the time being, or nothing any more."""

    KEPT = "kept", "Kept"
    RESTRICTED = "restricted", "Restricted"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Withdrawal(models.Model):
    """That a country takes submissions back: asked for by one officer, approved by another one.

    Who decided stands in the approval of its id (`accounts.onboarding.four_eyes`). What the machines withdraw
    at the end of a period has none. `files` is how many it was asked for.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    files = models.PositiveIntegerField()
    asked_at = models.DateTimeField(default=timezone.now)

    objects = WithdrawalQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["country", "-asked_at"], name="withdrawal_newest_idx"),)

    def __str__(self) -> str:
        return f"withdrawal of {self.files}"


class Retention(models.Model):
    """How long a submission is kept, and whether anything may be done with it; made with it by the database.

    A submission that is restricted or withdrawn is nobody's to see: its own audience is put away in
    `shelved_audience`. `reason` is why; `hold_reason` why it must not go, if there is a legal hold.
    `withdrawal` is the one that it is asked back by, decided or not.
    """

    submission = models.OneToOneField(
        Submission, on_delete=models.CASCADE, primary_key=True, related_name="retention"
    )
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    review_at = models.DateField()
    retain_until = models.DateField()
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.KEPT)
    reason = models.CharField(max_length=500, blank=True)
    hold_reason = models.CharField(max_length=500, blank=True)
    shelved_audience = ArrayField(models.IntegerField(), null=True)
    withdrawal = models.ForeignKey(Withdrawal, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["country", "review_at"], name="retention_review_idx"),
            models.Index(fields=["retain_until"], name="retention_ends_idx"),
            models.Index(
                fields=["withdrawn_at"],
                name="retention_withdrawn_idx",
                condition=models.Q(withdrawn_at__isnull=False),
            ),
            models.Index(
                fields=["country", "standing"],
                name="retention_shelved_idx",
                condition=~models.Q(standing="kept"),
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(standing__in=Standing.values), name="retention_standing_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(standing="kept", shelved_audience=None)
                | (~models.Q(standing="kept") & models.Q(shelved_audience__isnull=False)),
                name="retention_shelves_what_is_not_kept",
            ),
            models.CheckConstraint(
                condition=models.Q(standing="withdrawn", withdrawn_at__isnull=False)
                | (~models.Q(standing="withdrawn") & models.Q(withdrawn_at=None)),
                name="retention_withdrawn_since_when",
            ),
            models.CheckConstraint(
                condition=~models.Q(standing="withdrawn") | models.Q(hold_reason=""),
                name="retention_held_is_not_withdrawn",
            ),
        )

    def __str__(self) -> str:
        return f"{self.standing} until {self.retain_until}"


class RetainedSubmission(models.Model):
    """A submission of the present officer's own country with its retention, also where nobody may see it.

    A view of the database. Of what is restricted or withdrawn it shows what names the file, to those who saw
    it before; its picture, and everything that was found on it, it does not open.
    """

    submission = models.OneToOneField(
        Submission, on_delete=models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+"
    )
    material_id = models.UUIDField()
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=10)
    file_name = models.CharField(max_length=500)
    source_path = models.CharField(max_length=2000)
    case_reference = models.CharField(max_length=100)
    legal_basis = models.CharField(max_length=30)
    handling = models.CharField(max_length=30)
    sharing = models.CharField(max_length=10)
    officer = models.ForeignKey(Officer, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    received_at = models.DateTimeField()
    review_at = models.DateField()
    retain_until = models.DateField()
    standing = models.CharField(max_length=10, choices=Standing)
    reason = models.CharField(max_length=500)
    hold_reason = models.CharField(max_length=500)
    withdrawal = models.ForeignKey(
        Withdrawal, on_delete=models.DO_NOTHING, null=True, db_constraint=False, related_name="retained"
    )
    withdrawn_at = models.DateTimeField(null=True)

    objects = RetainedQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "retention_retained"

    def __str__(self) -> str:
        return f"{self.standing} submission {self.pk}"

    @property
    def goes_after(self) -> datetime | None:
        """Return until when it can be taken back, where it was withdrawn."""
        return self.withdrawn_at + TAKE_BACK_WITHIN if self.withdrawn_at else None


class Disposal(models.Model):
    """The tombstone of a submission: that it was there, whose, and when it went; nothing of its content.

    Both ids are of what is no longer there. `is_last` says that nobody else held the material, so that it
    went as well, with its key. `objects_stored` are shelf, name and sealed digest of what lay in the store
    for it, by which the store, and backups, find what has to go; `cleared_at` is when the store had none of
    it any more. `audience` is who saw it.
    """

    class Cause(models.TextChoices):
        WITHDRAWN = "withdrawn", "Withdrawn"
        PERIOD_ENDED = "period_ended", "Its period ended"

    id = models.BigAutoField(primary_key=True)
    submission_id = models.UUIDField(unique=True)
    material_id = models.UUIDField(db_index=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    withdrawal = models.ForeignKey(Withdrawal, on_delete=models.PROTECT, null=True, related_name="+")
    cause = models.CharField(max_length=12, choices=Cause)
    received_at = models.DateTimeField()
    disposed_at = models.DateTimeField(default=timezone.now)
    is_last = models.BooleanField()
    objects_stored = models.JSONField(default=list)
    cleared_at = models.DateTimeField(null=True)
    audience = ArrayField(models.IntegerField())

    objects = DisposalQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["country", "-disposed_at"], name="disposal_newest_idx"),
            models.Index(fields=["id"], name="disposal_uncleared_idx", condition=models.Q(cleared_at=None)),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="disposal_sha256_is_hex"
            ),
        )

    def __str__(self) -> str:
        return f"disposal of {self.submission_id}"
