from django.apps import AppConfig


class SearchConfig(AppConfig):
    """The room of one search over words, hashes, serial numbers, pictures and faces."""

    name = "search"
    default_auto_field = "django.db.models.BigAutoField"
