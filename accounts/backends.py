"""Who may sign in with a password, and who stays signed in."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts.models import Officer
from accounts.policies import is_in_service
from accounts.queries import find_officer, find_officer_by_email
from accounts.signing_in.lockout import is_locked


class OfficerBackend(ModelBackend):
    """Officers who are in service, of countries that take part.

    Django asks this at every request, so that a suspension ends open sessions as well.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> Officer | None:
        """Return the officer whose password it is, after the same work whoever is named and locked or not."""
        if username is None or password is None:
            return None
        officer = find_officer_by_email(username) or Officer()
        if officer.password:
            fits = officer.check_password(password)
        else:
            officer.set_password(password)
            fits = False
        is_refused = request is not None and is_locked(request, {"username": username})
        return officer if fits and not is_refused and self.user_can_authenticate(officer) else None

    def user_can_authenticate(self, user: AbstractBaseUser | AnonymousUser | None) -> bool:
        """Tell whether the officer is in service, and their unit and country with them."""
        return isinstance(user, Officer) and super().user_can_authenticate(user) and is_in_service(user)

    def get_user(self, user_id: UUID | str) -> Officer | None:
        """Return the officer with unit and country, or None where they may not act any more."""
        officer = find_officer(user_id)
        return officer if self.user_can_authenticate(officer) else None
