from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The room of who is asking: countries, units, officers, their scopes and tokens."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
