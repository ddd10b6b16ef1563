from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models import ApiToken, Country, Officer, Unit


class CountryQuerySet(models.QuerySet["Country"]):
    def active(self) -> CountryQuerySet:
        """Keep the countries that take part at present."""
        return self.filter(state="active")


class UnitQuerySet(models.QuerySet["Unit"]):
    def active(self) -> UnitQuerySet:
        """Keep the units whose officers are not suspended together."""
        return self.filter(is_active=True)


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self) -> ApiTokenQuerySet:
        """Keep tokens neither revoked nor expired, whose officer may sign in and is of their country."""
        return self.filter(
            models.Q(expires_at=None) | models.Q(expires_at__gt=timezone.now()),
            revoked_at=None,
            officer__is_active=True,
            officer__unit__is_active=True,
            officer__unit__country=models.F("country"),
            officer__unit__country__state="active",
        )


class OfficerManager(BaseUserManager["Officer"]):
    """Officers sign in with their e-mail address."""

    def get_by_natural_key(self, username: str | None) -> Officer:
        """Return the officer of an e-mail address, whatever its capitals.

        Raises:
            Officer.DoesNotExist: Nobody has that address.
        """
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Officer:
        """Create an officer; without a password nobody can sign in as them."""
        officer = self.model(email=self.normalize_email(email).lower(), **fields)
        officer.set_password(password)
        officer.save(using=self._db)
        return officer
