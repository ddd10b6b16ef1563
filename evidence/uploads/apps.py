from django.apps import AppConfig


class UploadsConfig(AppConfig):
    """Files on their way in: batches, resumable uploads (tus 1.0.0), and how much a country may send."""

    name = "evidence.uploads"
    label = "uploads"
    default_auto_field = "django.db.models.BigAutoField"
