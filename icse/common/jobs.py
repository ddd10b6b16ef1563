"""Ask for work by name: the only way in which one room sets another one's task going."""

import logging
from collections.abc import Iterable
from enum import IntEnum

from celery import current_app
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import ChannelError, OperationalError

from icse.common.models import OutboxMessage

logger = logging.getLogger(__name__)

RELAY_BATCH = 200


class Urgency(IntEnum):
    """Places in a queue; the broker takes the lowest number first."""

    URGENT = 0
    ROUTINE = 6


def enqueue(task: str, *, queue: str, urgency: Urgency = Urgency.ROUTINE, **arguments: object) -> None:
    """Write the outbox row that asks for a task, inside the caller's transaction.

    The task is sent right after the commit; if the broker is away, the relay sends it later.
    """
    message = OutboxMessage.objects.create(task=task, arguments=arguments, queue=queue, priority=urgency)
    transaction.on_commit(lambda: relay_now(message.pk))


def waiting_in(queue: str) -> int:
    """Return how many tasks wait in a queue of the broker, over all priorities.

    Raises:
        kombu.exceptions.OperationalError: The broker cannot be reached.
    """
    with current_app.connection_or_acquire() as broker:
        try:
            return int(broker.default_channel.queue_declare(queue, passive=True).message_count)
        except ChannelError:  # a queue that nothing was ever sent to does not exist
            return 0


def relay_now(message_id: int) -> None:
    """Try to send one waiting message at once; leave it to the relay if the broker is away."""
    try:
        send_waiting(message_id=message_id)
    except OperationalError:
        logger.warning("The broker is away: message %s waits in the outbox.", message_id)


def send_waiting(*, message_id: int | None = None, limit: int = RELAY_BATCH) -> int:
    """Send waiting messages, urgent ones first, and return how many were sent.

    Rows are locked with SKIP LOCKED, so that two relays never send one message together. A crash
    between sending and committing sends it twice: every task is written so that this changes nothing.

    Raises:
        kombu.exceptions.OperationalError: The broker cannot be reached; what was not sent stays.
    """
    with transaction.atomic():
        waiting = OutboxMessage.objects.select_for_update(skip_locked=True).filter(sent_at=None)
        if message_id is not None:
            waiting = waiting.filter(pk=message_id)
        sent, failure = _send_each(waiting.order_by("priority", "id")[:limit])
        OutboxMessage.objects.filter(pk__in=sent).update(sent_at=timezone.now())
    if failure is not None:
        raise failure
    return len(sent)


def _send_each(messages: Iterable[OutboxMessage]) -> tuple[list[int], OperationalError | None]:
    sent: list[int] = []
    try:
        for message in messages:
            _send(message)
            sent.append(message.pk)
    except OperationalError as failure:
        return sent, failure
    return sent, None


def _send(message: OutboxMessage) -> None:
    current_app.send_task(
        message.task,
        kwargs=message.arguments,
        queue=message.queue,
        priority=message.priority,
        retry=False,
    )
