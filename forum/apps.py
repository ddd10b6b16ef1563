from django.apps import AppConfig


class ForumConfig(AppConfig):
    """The room of topics and posts about series and materials."""

    name = "forum"
    default_auto_field = "django.db.models.BigAutoField"
