from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """How long submissions are kept, and how they go: reviews, legal holds, withdrawals, disposal."""

    name = "evidence.retention"
    label = "retention"
    default_auto_field = "django.db.models.BigAutoField"
