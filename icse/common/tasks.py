from datetime import timedelta

from celery import shared_task
from celery.signals import task_postrun, task_prerun
from django.utils import timezone

from icse.common.canaries import LONG_TASKS, note_sign_of_life
from icse.common.jobs import send_waiting
from icse.common.models import OutboxMessage

SENT_MESSAGES_KEPT = timedelta(days=7)

task_prerun.connect(LONG_TASKS.begin)
task_postrun.connect(LONG_TASKS.end)


@shared_task(name="common.relay_outbox")
def relay_outbox() -> int:
    """Send what the broker missed; runs every few seconds and returns how many were sent."""
    return send_waiting()


@shared_task(name="common.sweep_outbox")
def sweep_outbox() -> int:
    """Delete messages that were sent long ago and return how many."""
    deleted, _ = OutboxMessage.objects.filter(sent_at__lt=timezone.now() - SENT_MESSAGES_KEPT).delete()
    return deleted


@shared_task(name="common.pass_canary")
def pass_canary(queue: str) -> None:
    """Note that a task came through a queue; sent to each of them every few seconds, ahead of its work."""
    note_sign_of_life(queue)
