"""Signs of life of the queues: a canary that came through, or a task of theirs that is being worked on."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any, Final

from django.db import Error as DatabaseAway
from django.db import connection
from django.utils import timezone

from icse.common.models import QueueCanary
from icse.common.queues import CANARY_EVERY_S

if TYPE_CHECKING:
    from celery import Task

logger = logging.getLogger(__name__)


def note_sign_of_life(queue: str) -> None:
    """Note that somebody takes from a queue."""
    QueueCanary.objects.update_or_create(queue=queue, defaults={"passed_at": timezone.now()})


class LongTasks:
    """Speaks for a queue while each of its workers is busy with a task longer than a canary's patience.

    A canary has to wait for those, up to the time limit of a task. A worker that was stopped, or whose
    machine is gone, does not speak.
    """

    def __init__(self, every_s: float = CANARY_EVERY_S) -> None:
        self._every_s = every_s
        self._ends: dict[str, threading.Event] = {}

    def begin(self, task_id: str, task: Task[Any, Any], **_: object) -> None:
        """Begin to speak for a task's queue, if it takes long; a receiver of Celery's `task_prerun`."""
        queue = (task.request.delivery_info or {}).get("routing_key")
        if queue:
            end = self._ends[task_id] = threading.Event()
            name = f"sign of life of {queue}"
            threading.Thread(target=self._speak, args=(queue, end), name=name, daemon=True).start()

    def end(self, task_id: str, **_: object) -> None:
        """Fall silent; a receiver of Celery's `task_postrun`."""
        end = self._ends.pop(task_id, None)
        if end is not None:
            end.set()

    def _speak(self, queue: str, end: threading.Event) -> None:
        while not end.wait(self._every_s):
            try:
                note_sign_of_life(queue)
            except DatabaseAway:
                logger.warning("No sign of life could be noted for the queue %s.", queue)
            finally:
                connection.close()


LONG_TASKS: Final = LongTasks()
