from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from accounts.grants.models import GrantedObject
from accounts.models import Country, Officer, Sharing, Unit
from evidence.models import Material, Priority
from icse.common.ids import new_id
from media_analysis.models import MatchKind
from series.querysets import (
    DecisionQuerySet,
    SeriesMaterialQuerySet,
    SeriesQuerySet,
    StackMemberQuerySet,
)


class Verdict(models.TextChoices):
    SAME = "same", "Same"
    NOT_SAME = "not_same", "Not the same"
    UNSURE = "unsure", "Unsure"


class Decision(models.Model):
    """What an analyst said of a match, for their country.

    Keyed by the two materials and the kind, not by a match row, so that it outlives every re-run of
    the machines. A later decision supersedes an earlier one and neither is overwritten. It stands for
    every copy of the two as well: see `series.queries.decisions`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=15, choices=MatchKind)
    left = models.ForeignKey(Material, on_delete=models.PROTECT, related_name="+")
    right = models.ForeignKey(Material, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.CharField(max_length=500, blank=True)
    sharing = models.CharField(max_length=10, choices=Sharing, default=Sharing.NATIONAL)
    audience = ArrayField(models.IntegerField())
    decided_at = models.DateTimeField(default=timezone.now)
    superseded_at = models.DateTimeField(null=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        indexes = (GinIndex(fields=["audience"], name="decision_audience_idx"),)
        constraints = (
            models.UniqueConstraint(
                fields=["country", "left", "right", "kind"],
                condition=models.Q(superseded_at=None),
                name="decision_one_current_a_country",
            ),
            models.CheckConstraint(
                condition=models.Q(left__lt=models.F("right")), name="decision_left_is_smaller"
            ),
            models.CheckConstraint(
                condition=models.Q(verdict__in=Verdict.values), name="decision_verdict_is_known"
            ),
            models.CheckConstraint(condition=models.Q(audience__len__gt=0), name="decision_has_an_audience"),
            models.CheckConstraint(
                condition=models.Q(sharing__in=Sharing.values), name="decision_sharing_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.verdict} ({self.kind})"


class Stack(models.Model):
    """Copies shown as one: a star, of which every member is a proven copy of the hub."""

    hub = models.OneToOneField(Material, on_delete=models.CASCADE, primary_key=True, related_name="stack")

    def __str__(self) -> str:
        return f"stack of {self.hub_id}"


class StackMember(models.Model):
    """A proven copy of a stack's hub; the hub is a member too. A material stands in one stack.

    Members with the same `pixels` decode to the same picture: it is the id of the signal they share.
    """

    material = models.OneToOneField(
        Material, on_delete=models.CASCADE, primary_key=True, related_name="stack_member"
    )
    stack = models.ForeignKey(Stack, on_delete=models.CASCADE, related_name="members")
    pixels = models.UUIDField(null=True)

    objects = StackMemberQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.material_id} in {self.stack_id}"


class Series(models.Model):
    """Material of the same victim or offender, kept by one country and shared as it says."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        MERGED = "merged", "Merged into another"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    description = models.TextField(max_length=4000, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.ROUTINE)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    sharing = models.CharField(max_length=10, choices=Sharing, default=Sharing.NATIONAL)
    audience = ArrayField(models.IntegerField())
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged_from")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "series"
        indexes = (GinIndex(fields=["audience"], name="series_audience_idx"),)
        constraints = (
            models.UniqueConstraint(
                fields=["country", "name"],
                condition=models.Q(state="open"),
                name="series_name_once_a_country",
            ),
            models.CheckConstraint(
                condition=models.Q(state="merged", merged_into__isnull=False)
                | models.Q(state="open", merged_into__isnull=True),
                name="series_merged_names_the_other",
            ),
            models.CheckConstraint(condition=models.Q(audience__len__gt=0), name="series_has_an_audience"),
            models.CheckConstraint(
                condition=models.Q(sharing__in=Sharing.values), name="series_sharing_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(priority__in=Priority.values), name="series_priority_is_known"
            ),
        )

    def __str__(self) -> str:
        return self.name


class SeriesMaterial(models.Model):
    """A material's membership in a series: who put it there and when."""

    id = models.BigAutoField(primary_key=True)
    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="memberships")
    material = models.ForeignKey(Material, on_delete=models.PROTECT, related_name="series_memberships")
    added_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    objects = SeriesMaterialQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["series", "material"], name="series_material_once"),)

    def __str__(self) -> str:
        return f"{self.material_id} in {self.series_id}"


class DisposedMaterial(models.Model):
    """The tombstone of a membership: somebody put a material here that its country sees no more, for good.

    Made by the database when a submission goes, and read through `series_withheld_memberships`: like a
    membership whose material is no longer shared, so that none tells who else holds it.
    """

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="+")
    material_id = models.UUIDField()
    added_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    disposed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.material_id}, formerly in {self.series_id}"


class DisposedDecision(models.Model):
    """The tombstone of a decision about a material that its country sees no more, for good.

    Read through `series_withheld_decisions`. Without its reason where the country's own submission went.
    """

    decision_id = models.UUIDField(unique=True)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=15, choices=MatchKind)
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.CharField(max_length=500, blank=True)
    decided_at = models.DateTimeField()
    disposed_at = models.DateTimeField()
    audience = ArrayField(models.IntegerField())

    class Meta:
        indexes = (models.Index(fields=["country", "-decided_at"], name="disposed_decision_newest_idx"),)

    def __str__(self) -> str:
        return f"{self.verdict} ({self.kind}), of what is gone"


class SeriesOfficerGrant(GrantedObject, UserObjectPermissionBase):
    """That a series was granted to an officer; in force while its grant is."""

    content_object = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="officer_grants")

    # Without guardian's own uniqueness: what has ended may be given again.
    class Meta:
        default_permissions = ()


class SeriesUnitGrant(GrantedObject, GroupObjectPermissionBase):
    """That a series was granted to everybody of a unit; in force while its grant is."""

    content_object = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="unit_grants")

    class Meta:
        default_permissions = ()
