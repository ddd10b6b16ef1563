"""The Celery application: workers, beat and everything that sends a task use this one."""

import os

from celery import Celery
from celery.schedules import crontab

from icse.common.queues import CANARY_EVERY_S, DECODING_QUEUES, QUEUES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icse.settings")

app = Celery("icse")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    # Each expires before its next turn, so that a broker coming back does not find a heap of them.
    "relay-outbox": {"task": "common.relay_outbox", "schedule": 5.0, "options": {"expires": 5}},
    "sweep-outbox": {"task": "common.sweep_outbox", "schedule": 3600.0, "options": {"expires": 600}},
    "requeue-stalled": {
        "task": "media_analysis.requeue_stalled",
        "schedule": 10.0,
        "options": {"expires": 10, "queue": "query"},
    },
    **{
        f"canary-{queue}": {
            "task": "common.pass_canary",
            "schedule": CANARY_EVERY_S,
            "kwargs": {"queue": queue},
            "options": {"queue": queue, "priority": 0, "expires": CANARY_EVERY_S},
        }
        for queue in QUEUES
    },
    **{
        f"decoder-{queue}": {
            "task": "media_analysis.report_decoder",
            "schedule": 60.0,
            "options": {"queue": queue, "priority": 0, "expires": 60},
        }
        for queue in DECODING_QUEUES
    },
    "reconcile-store": {"task": "evidence.reconcile", "schedule": 60.0, "options": {"expires": 60}},
    "scrub-store": {"task": "evidence.scrub", "schedule": 60.0, "options": {"expires": 60}},
    "reap-uploads": {"task": "evidence.reap_uploads", "schedule": 600.0, "options": {"expires": 600}},
    "dispose": {"task": "evidence.dispose", "schedule": 600.0, "options": {"expires": 600}},
    "requeue-archives": {"task": "evidence.requeue_archives", "schedule": 60.0, "options": {"expires": 60}},
    # At fixed times and no others: the moment of a hit is to tell nothing of anybody's upload.
    "find-hits": {
        "task": "series.find_hits",
        "schedule": crontab(minute="41", hour="*/4"),
        "options": {"expires": 600},
    },
    "sweep-picture-queries": {
        "task": "search.sweep_picture_queries",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
}
