from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.core.checks import Tags, register
from django.utils.module_loading import import_string

from accounts.signing_in.checks import second_factor_is_on


class SigningInConfig(AppConfig):
    """Second factors, lockout and sessions of officers."""

    name = "accounts.signing_in"
    label = "signing_in"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have every sign-in enter the list of sessions, and deployments be checked."""
        # Read by name and only now: it leads to models.
        open_at_sign_in = import_string("accounts.signing_in.services.sessions.open_at_sign_in")
        user_logged_in.connect(open_at_sign_in, dispatch_uid="signing_in.open_session")
        register(second_factor_is_on, Tags.security, deploy=True)
