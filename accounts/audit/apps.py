from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Who saw and changed what: written at once, sealed into chains, provable later."""

    name = "accounts.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
