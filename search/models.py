import hashlib
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.models import Country, Officer
from evidence.models import Material
from icse.common.ids import new_id
from media_analysis.models import MatchKind
from search.querysets import ListedMaterialQuerySet, PictureQueryHitQuerySet, PictureQueryQuerySet


class ListedMaterial(models.Model):
    """A material that the officer of the present standing may see, with all that lists are narrowed by.

    A view of the database over `SeenMaterial`. `camera` and `taken` are missing as long as the officer may
    not know them; `series_shown` is the first of its visible open series by name.
    """

    material = models.OneToOneField(
        Material, on_delete=models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+"
    )
    last_received_at = models.DateTimeField()
    countries = ArrayField(models.UUIDField())
    kind = models.TextField()
    camera = models.TextField(null=True)  # noqa: DJ001 - a view has no defaults
    taken = models.TextField(null=True)  # noqa: DJ001
    state = models.TextField()
    urgency = models.TextField()
    in_series = models.TextField()
    series_shown = models.UUIDField(null=True)
    series_name = models.TextField(null=True)  # noqa: DJ001

    objects = ListedMaterialQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "search_listed"

    def __str__(self) -> str:
        return f"listed material {self.pk}"


class PictureQuery(models.Model):
    """A search by an uploaded picture (kept in the store, no submission) or a visible material.

    Its picture lies sealed under `object_name`, with a key that is wrapped for the asker's `country`.
    `box` is the drawn part, relative x, y, width, height; without it the whole picture is meant.
    `scopes` are the asker's when they asked: the worker looks only where the asker may.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="+")
    scopes = ArrayField(models.IntegerField())
    material = models.ForeignKey(Material, on_delete=models.CASCADE, null=True, related_name="+")
    at_ms = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, null=True, related_name="+")
    wrapped_key = models.CharField(max_length=500, blank=True, default="")
    file_name = models.CharField(max_length=500, blank=True)
    box = ArrayField(models.FloatField(), size=4, null=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    error = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True)

    objects = PictureQueryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "picture queries"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(material__isnull=False, sha256="")
                | (models.Q(material__isnull=True) & ~models.Q(sha256="")),
                name="picture_query_has_one_source",
            ),
        )

    def __str__(self) -> str:
        return f"picture query {self.pk}"

    @property
    def object_name(self) -> str:
        """Return under which name its picture lies: each search has its own."""
        return hashlib.sha256(self.pk.bytes).hexdigest()

    def asked_with(self) -> dict[str, Any]:
        """Return what the audit log says of it: which picture, by digest or material, and which part."""
        source = {"material": self.material_id, "at_ms": self.at_ms} if self.material_id else {}
        return {"query": self.pk, "sha256": self.sha256, "box": self.box, **source}


class PictureQueryHit(models.Model):
    """One answer to a picture query, with its reason; read again through what the asker may see."""

    id = models.BigAutoField(primary_key=True)
    query = models.ForeignKey(PictureQuery, on_delete=models.CASCADE, related_name="hits")
    material = models.ForeignKey(Material, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=15, choices=MatchKind)
    score = models.FloatField(null=True)
    distance = models.FloatField(null=True)
    threshold = models.FloatField()
    algorithm = models.CharField(max_length=60)
    regions = models.JSONField(default=dict)

    objects = PictureQueryHitQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["query", "material", "kind"], name="picture_query_hit_once"),
        )

    def __str__(self) -> str:
        return f"{self.kind} hit of {self.query_id}"
