from django.apps import AppConfig

from icse.celery import app as celery_app


class IcseConfig(AppConfig):
    """The house itself: it holds the launcher's command and no models."""

    name = "icse"

    def ready(self) -> None:
        """Make our Celery application the one that every thread of a web process sends tasks with."""
        celery_app.set_default()
