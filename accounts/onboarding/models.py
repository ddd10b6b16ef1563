from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Country, Role, Unit
from accounts.onboarding.querysets import InvitationQuerySet
from icse.common.ids import new_id

_OFFICER = settings.AUTH_USER_MODEL


class Membership(models.Model):
    """How a country came to take part, and whom to call there.

    A country that was added at the console has none.
    """

    class Kind(models.TextChoices):
        COUNTRY = "country", "Country"
        ORGANISATION = "organisation", "Organisation"

    country = models.OneToOneField(
        Country, on_delete=models.PROTECT, primary_key=True, related_name="membership"
    )
    kind = models.CharField(max_length=15, choices=Kind)
    contact_name = models.CharField(max_length=150)
    contact_email = models.EmailField()
    contact_confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind__in=["country", "organisation"]), name="membership_kind_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"membership of {self.country_id}"


class Agreement(models.Model):
    """A document that a country has signed; it is kept elsewhere and known here by digest or number."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="agreements")
    name = models.CharField(max_length=200)
    signed_on = models.DateField()
    sha256 = models.CharField(max_length=64, blank=True)
    reference = models.CharField(max_length=100, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    received_by = models.ForeignKey(_OFFICER, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-received_at",)
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(sha256="", reference=""), name="agreement_can_be_found_again"
            ),
            models.CheckConstraint(
                condition=models.Q(sha256="") | models.Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="agreement_digest_is_sha256",
            ),
        )

    def __str__(self) -> str:
        return self.name


class CountryStep(models.Model):
    """A line in the history of a country: from which state into which, when, by whom, why."""

    id = models.BigAutoField(primary_key=True)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="steps")
    before = models.CharField(max_length=10, choices=Country.State, blank=True)
    after = models.CharField(max_length=10, choices=Country.State)
    taken_at = models.DateTimeField(default=timezone.now)
    taken_by = models.ForeignKey(_OFFICER, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("-taken_at", "-id")

    def __str__(self) -> str:
        return f"{self.before} to {self.after}"


class Approval(models.Model):
    """An act that one officer asks for and another officer of the same country has to approve."""

    class Verdict(models.TextChoices):
        APPROVED = "approved", "Approved"
        DECLINED = "declined", "Declined"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    act = models.CharField(max_length=60)
    object_id = models.UUIDField()
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(_OFFICER, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(_OFFICER, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("asked_by")),
                name="approval_takes_four_eyes",
            ),
            models.CheckConstraint(
                condition=models.Q(verdict="", decided_by=None, decided_at=None)
                | models.Q(
                    verdict__in=["approved", "declined"], decided_by__isnull=False, decided_at__isnull=False
                ),
                name="approval_is_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["act", "object_id"],
                condition=models.Q(verdict=""),
                name="approval_waits_once_an_object",
            ),
        )

    def __str__(self) -> str:
        return f"{self.act} {self.verdict or 'waiting'}"


class Invitation(models.Model):
    """A one-time link by which somebody becomes an officer of a unit; only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="invitations")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField()
    full_name = models.CharField(max_length=150)
    role = models.CharField(max_length=30, choices=Role)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(_OFFICER, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    officer = models.OneToOneField(_OFFICER, on_delete=models.PROTECT, null=True, related_name="invitation")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invitation_role_is_known"),
            models.CheckConstraint(
                condition=models.Q(used_at=None, officer=None)
                | models.Q(used_at__isnull=False, officer__isnull=False, revoked_at=None),
                name="invitation_is_used_by_an_officer",
            ),
            models.UniqueConstraint(
                fields=["country", "email"],
                condition=models.Q(used_at=None, revoked_at=None),
                name="invitation_waits_once_an_address",
            ),
        )

    def __str__(self) -> str:
        return f"invitation to {self.unit_id}"

    @property
    def has_expired(self) -> bool:
        """Tell whether the link has run out; it can be renewed."""
        return self.expires_at <= timezone.now()
