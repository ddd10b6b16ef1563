from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """The room of what was handed in: materials, submissions, custody, derivatives and their bytes."""

    name = "evidence"
    default_auto_field = "django.db.models.BigAutoField"
