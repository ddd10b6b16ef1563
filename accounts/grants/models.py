from django.contrib.auth.models import Group
from django.db import models
from django.utils import timezone

from accounts.grants.querysets import GrantQuerySet
from accounts.models import Country, Officer, Scope, Unit
from icse.common.ids import new_id


class UnitGroup(models.Model):
    """The guardian group that stands for a unit, made when the unit is first granted something.

    Nobody is put into it: who is of the unit is asked of the unit, so that no list can fall behind.
    """

    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, primary_key=True, related_name="unit_group")
    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"group of {self.unit_id}"


class Grant(models.Model):
    """That a country opens one object to one officer or unit: by whom, why, until when.

    Its scope stands in the object's audience, and its holder stands in the scope for as long as the grant is
    in force: nothing has to be rewritten when it runs out. `holder_country` is the holder's when it was
    given: an officer who moves to another country takes nothing across the border.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scope = models.OneToOneField(Scope, on_delete=models.PROTECT, related_name="grant")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    holder_country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    granter = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    given_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(officer__isnull=True) ^ models.Q(unit__isnull=True),
                name="grant_has_one_holder",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("given_at")), name="grant_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="grant_has_a_reason"),
        )

    def __str__(self) -> str:
        return f"grant {self.pk}"

    @property
    def is_over(self) -> bool:
        """Tell whether it opens nothing any more: it was ended, or has run out."""
        return self.ended_at is not None or self.expires_at <= timezone.now()


class GrantedObject(models.Model):
    """What the guardian rows of every room share: the grant, whose terms they stand on."""

    grant = models.OneToOneField(Grant, on_delete=models.PROTECT, related_name="%(class)s")

    class Meta:
        abstract = True
