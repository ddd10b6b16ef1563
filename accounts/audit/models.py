from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone

from accounts.audit.querysets import CheckpointQuerySet, SealedEventQuerySet
from icse.common.ids import new_id

NO_COUNTRY = UUID(int=0)
"""The chain of what nobody known did, as a sign-in under an unknown address."""


class Outcome(models.TextChoices):
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"


class Event(models.Model):
    """Who did what to which objects, when, from where and under which right; ids, never content.

    `purpose` is the name of the page, operation or task; `address` and `via` (a session's or token's id)
    say from where. Officers and countries are kept as bare ids: the log outlives what it speaks of.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    happened_at = models.DateTimeField(default=timezone.now)
    country_id = models.UUIDField(null=True)
    unit_id = models.UUIDField(null=True)
    officer_id = models.UUIDField(null=True)
    act = models.CharField(max_length=60)
    purpose = models.CharField(max_length=100, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.DONE)
    right = models.CharField(max_length=40, blank=True)
    address = models.GenericIPAddressField(null=True)
    via = models.CharField(max_length=80, blank=True)
    objects_named = ArrayField(models.UUIDField(), default=list)
    detail = models.JSONField(default=dict)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.act} {self.outcome}"


class InboxEvent(Event):
    """An event that has happened and is not sealed yet; insert only, no reader waits for another."""

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(outcome__in=Outcome.values), name="inbox_outcome_is_known"
            ),
        )


class SealedEvent(Event):
    """An event in its country's chain: `digest` covers it, its number and the digest before it."""

    chain = models.UUIDField()
    number = models.BigIntegerField()
    previous = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)

    objects = SealedEventQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["officer_id", "-happened_at"], name="sealed_officer_idx"),
            models.Index(fields=["country_id", "-happened_at"], name="sealed_country_idx"),
            models.Index(fields=["-happened_at"], name="sealed_newest_idx"),
            GinIndex(fields=["objects_named"], name="sealed_objects_idx"),
        )
        constraints = (models.UniqueConstraint(fields=["chain", "number"], name="sealed_number_once"),)


class Checkpoint(models.Model):
    """How far a chain had come, signed: whoever keeps a copy can prove what stood before it.

    `note` is a signed note (C2SP): chain, number, digest and time, and the Ed25519 signature under them.
    `public_key` proves it, in the same standard's text; those who serve pages know no other part of the key.
    """

    id = models.BigAutoField(primary_key=True)
    chain = models.UUIDField()
    number = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)
    made_at = models.DateTimeField(default=timezone.now)
    note = models.TextField()
    public_key = models.CharField(max_length=120, blank=True)

    objects = CheckpointQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["chain", "number"], name="checkpoint_once_a_number"),)

    def __str__(self) -> str:
        return f"checkpoint {self.number} of {self.chain}"
