from collections.abc import Iterator

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.querysets import ApiTokenQuerySet, CountryQuerySet, OfficerManager, UnitQuerySet
from icse.common.ids import new_id


class Country(models.Model):
    """A member: an ISO 3166 country, or an organisation with a code of its own.

    Only what is active takes part; how a country gets there is `accounts.onboarding`.
    """

    class State(models.TextChoices):
        INVITED = "invited", "Invited"
        DOCUMENTS = "documents", "Documents"
        APPROVED = "approved", "Approved"
        ACTIVE = "active", "Active"
        SUSPENDED = "suspended", "Suspended"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=100, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.INVITED)
    created_at = models.DateTimeField(default=timezone.now)

    objects = CountryQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "countries"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^[A-Z][A-Z0-9]{1,7}$"), name="country_code_is_capitals"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["invited", "documents", "approved", "active", "suspended"]),
                name="country_state_is_known",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """A specialist unit of a country; officers of a suspended one are out of service."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="units")
    name = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=["country", "name"], name="unit_name_once_a_country"),)

    def __str__(self) -> str:
        return self.name


class Sharing(models.TextChoices):
    """How far a country opens a thing of its own; with `audience_for` it becomes scopes."""

    DEFAULT = "default", "As my country decides"
    UNITS = "units", "Named units of my country"
    NATIONAL = "national", "My country"
    GROUP = "group", "Sharing groups"
    MEMBERS = "members", "All members"


class Scope(models.Model):
    """An interned audience: who stands in it at a moment is worked out when a request begins.

    Submissions, series and decisions hold scope numbers in `audience`; who may see them is
    `audience && scopes`. A new member, a suspension, another default level, an expiry or a change of a
    sharing group's members therefore touch no evidence row. A country's, its default level's and a unit's
    scope come into being with the country and the unit; a sharing group and a grant refer to their own.
    """

    class Kind(models.TextChoices):
        COUNTRY = "country", "Country"
        DEFAULT = "default", "Whatever a country's default level opens to"
        UNIT = "unit", "Unit"
        GROUP = "group", "Sharing group"
        MEMBERS = "members", "All members"
        GRANT = "grant", "Grant"

    id = models.AutoField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, null=True, related_name="scopes")
    unit = models.OneToOneField(Unit, on_delete=models.PROTECT, null=True, related_name="scope")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind__in=["country", "default"], country__isnull=False, unit__isnull=True)
                | models.Q(kind="unit", country__isnull=True, unit__isnull=False)
                | models.Q(kind__in=["group", "members", "grant"], country__isnull=True, unit__isnull=True),
                name="scope_names_what_its_kind_needs",
            ),
            models.UniqueConstraint(fields=["country", "kind"], name="scope_once_a_country_and_kind"),
            models.UniqueConstraint(
                fields=["kind"], condition=models.Q(kind="members"), name="scope_members_is_one"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} scope {self.pk}"


class Role(models.TextChoices):
    """What an officer does; what each role may do stands in `accounts.policies.ROLE_PERMISSIONS`."""

    OFFICER = "officer", "Officer"
    ANALYST = "analyst", "Analyst"
    NATIONAL_ADMINISTRATOR = "national_administrator", "National administrator"
    SECRETARIAT_ADMINISTRATOR = "secretariat_administrator", "Secretariat administrator"
    AUDITOR = "auditor", "Auditor"


class Officer(AbstractBaseUser, PermissionsMixin):
    """A person who signs in, always of one unit.

    Who left keeps name, unit and past; `former_email` keeps the address, which may then be invited anew.
    Sessions are bound to `sessions_epoch`: raising it ends them all.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=150)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="officers")
    role = models.CharField(max_length=30, choices=Role, default=Role.OFFICER)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    last_active_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    former_email = models.EmailField(blank=True)
    sessions_epoch = models.PositiveIntegerField(default=0)

    objects = OfficerManager()

    known_scopes: tuple[int, ...] | None = None
    token_permissions: frozenset[str] | None = None
    """What a request's token carries; None where the officer asks in person."""

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        ordering = ("full_name",)
        constraints = (
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="officer_role_is_known"),
            models.CheckConstraint(condition=models.Q(is_superuser=False), name="officer_is_never_superuser"),
            models.CheckConstraint(
                condition=models.Q(left_at=None) | models.Q(is_active=False),
                name="officer_who_left_is_inactive",
            ),
        )

    def __str__(self) -> str:
        return self.full_name

    def get_session_auth_hash(self) -> str:
        """Return what binds a session to this officer's password and epoch."""
        return f"{super().get_session_auth_hash()}.{self.sessions_epoch}"

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Yield the same under former keys of the installation."""
        for former in super().get_session_auth_fallback_hash():
            yield f"{former}.{self.sessions_epoch}"

    @property
    def initials(self) -> str:
        """Return the first letters of the first and the last name."""
        names = self.full_name.split()
        return "".join(name[0] for name in (names[:1] + names[1:][-1:])).upper()


class ApiToken(models.Model):
    """A bearer token of one officer, for one country; only its digest is kept.

    It carries `permissions` out of those of the officer's role, and is taken from `networks` alone where any
    are named. An officer who moves to another country leaves it behind.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="api_tokens")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    permissions = ArrayField(models.CharField(max_length=40), default=list)
    networks = ArrayField(models.CharField(max_length=45), default=list)
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = ApiTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return f"token of {self.officer_id}"
