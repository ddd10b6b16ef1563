from django.db import models
from django.utils import timezone


class OutboxMessage(models.Model):
    """A task that a committed change asks for; the relay sends it once the change is really there.

    The row is written in the transaction of the change, so that neither a crash nor a broken
    broker can lose the task or send one for a change that never happened.
    """

    task = models.CharField(max_length=100)
    arguments = models.JSONField(default=dict)
    queue = models.CharField(max_length=30)
    priority = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["priority", "id"], condition=models.Q(sent_at=None), name="outbox_waiting_idx"
            ),
        )

    def __str__(self) -> str:
        return f"{self.task} ({'sent' if self.sent_at else 'waiting'})"


class QueueCanary(models.Model):
    """When a canary task last came through a queue: that somebody takes from it, and how soon."""

    queue = models.CharField(max_length=30, primary_key=True)
    passed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "queue canaries"

    def __str__(self) -> str:
        return f"canary of {self.queue}"
