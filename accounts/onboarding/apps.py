from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    """How countries, units and officers come in, move and leave."""

    name = "accounts.onboarding"
    label = "onboarding"
    default_auto_field = "django.db.models.BigAutoField"
