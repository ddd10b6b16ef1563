from django.apps import AppConfig


class SharingConfig(AppConfig):
    """Who stands in which scope: sharing groups of countries, and each country's default level."""

    name = "accounts.sharing"
    label = "sharing"
    default_auto_field = "django.db.models.BigAutoField"
