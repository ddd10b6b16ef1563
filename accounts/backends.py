"""Who may sign in with a password, and who stays signed in."""

from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from accounts.models import Officer
from accounts.policies import is_in_service
from accounts.queries import find_officer


class OfficerBackend(ModelBackend):
    """Officers who are in service, of countries that take part.

    Django asks this at every request, so that a suspension ends open sessions as well. An unknown
    address costs one password hash like any other: that is `ModelBackend.authenticate`.
    """

    def user_can_authenticate(self, user: AbstractBaseUser | AnonymousUser | None) -> bool:
        """Tell whether the officer is in service, and their unit and country with them."""
        return isinstance(user, Officer) and super().user_can_authenticate(user) and is_in_service(user)

    def get_user(self, user_id: UUID | str) -> Officer | None:
        """Return the officer with unit and country, or None where they may not act any more."""
        officer = find_officer(user_id)
        return officer if self.user_can_authenticate(officer) else None
