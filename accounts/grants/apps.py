from django.apps import AppConfig


class GrantsConfig(AppConfig):
    """One object opened to one officer or unit, for a reason and a time."""

    name = "accounts.grants"
    label = "grants"
    default_auto_field = "django.db.models.BigAutoField"
