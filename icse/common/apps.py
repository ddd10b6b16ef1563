from django.apps import AppConfig


class CommonConfig(AppConfig):
    """The floor that every room stands on: errors, access, jobs and the outbox."""

    name = "icse.common"
    label = "common"
    default_auto_field = "django.db.models.BigAutoField"
