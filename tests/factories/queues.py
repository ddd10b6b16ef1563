"""Queues from which somebody takes."""

from datetime import timedelta

from django.utils import timezone

from icse.common.models import QueueCanary
from icse.common.queues import QUEUES


def queues_alive(during: timedelta = timedelta(hours=1)) -> None:
    """Have a canary come through every queue so late that none is stalled before some time has passed."""
    until = timezone.now() + during
    QueueCanary.objects.bulk_create(QueueCanary(queue=queue, passed_at=until) for queue in QUEUES)
