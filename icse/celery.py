"""The Celery application: workers, beat and everything that sends a task use this one."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "icse.settings")

app = Celery("icse")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
