from django.db import models
from django.utils import timezone

from accounts.models import Country, Scope, Sharing
from accounts.sharing.querysets import MembershipQuerySet, SharingGroupQuerySet
from icse.common.ids import new_id


class SharingGroup(models.Model):
    """Countries that share with each other, as in a joint operation; `scope` stands for whoever is in it.

    With hidden membership a member learns that it is in the group and who owns it, not who else is.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        ENDED = "ended", "Ended"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scope = models.OneToOneField(Scope, on_delete=models.PROTECT, related_name="sharing_group")
    owner = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    purpose = models.CharField(max_length=1000)
    hidden_membership = models.BooleanField(default=False)
    valid_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    created_at = models.DateTimeField(default=timezone.now)

    objects = SharingGroupQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(fields=["owner", "name"], name="group_name_once_an_owner"),
            models.CheckConstraint(
                condition=models.Q(state__in=["active", "ended"]), name="group_state_is_known"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_over(self) -> bool:
        """Tell whether the group was ended or its time has run out."""
        has_run_out = self.valid_until is not None and self.valid_until <= timezone.now()
        return has_run_out or self.state != self.State.ACTIVE


class GroupMembership(models.Model):
    """A country's place in a sharing group; it counts once accepted, until it is left or runs out.

    `is_default` says that the country's default level, where that is `group`, opens to this group.
    """

    class State(models.TextChoices):
        INVITED = "invited", "Invited"
        ACCEPTED = "accepted", "Accepted"
        LEFT = "left", "Left"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    group = models.ForeignKey(SharingGroup, on_delete=models.PROTECT, related_name="memberships")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.INVITED)
    since = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    is_default = models.BooleanField(default=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["group", "country"],
                condition=~models.Q(state="left"),
                name="membership_once_a_country",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["invited", "accepted", "left"]),
                name="membership_state_is_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="accepted") | models.Q(since__isnull=False),
                name="membership_accepted_has_a_beginning",
            ),
        )

    def __str__(self) -> str:
        return f"{self.state} membership {self.pk}"


class DefaultSharing(models.Model):
    """What `default` means for a country; a country without one keeps to itself.

    The level `group` opens to those groups whose membership of the country has `is_default`.
    """

    country = models.OneToOneField(
        Country, on_delete=models.PROTECT, primary_key=True, related_name="default_sharing"
    )
    level = models.CharField(
        max_length=10,
        choices=[(each.value, each.label) for each in (Sharing.NATIONAL, Sharing.GROUP, Sharing.MEMBERS)],
        default=Sharing.NATIONAL,
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(level__in=["national", "group", "members"]),
                name="default_level_is_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.level} for {self.country_id}"
