from django.apps import AppConfig


class SeriesConfig(AppConfig):
    """The room of what officers conclude: decisions, stacks and series."""

    name = "series"
    default_auto_field = "django.db.models.BigAutoField"
