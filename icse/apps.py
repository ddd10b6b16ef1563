from importlib import import_module

from django.apps import AppConfig

from icse.celery import app as celery_app


class IcseConfig(AppConfig):
    """The house itself: it holds the launcher's command and no models."""

    name = "icse"

    def ready(self) -> None:
        """Make our Celery application every thread's own, and our additions to the schema known."""
        celery_app.set_default()
        # REST framework may only be imported once all apps are there.
        import_module("icse.schema")
