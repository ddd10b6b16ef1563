from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from accounts.grants.models import GrantedObject
from accounts.models import Country, Officer, Sharing, Unit
from evidence.querysets import (
    DerivativeQuerySet,
    MatchFrameQuerySet,
    MaterialQuerySet,
    SeenMaterialQuerySet,
    SubmissionQuerySet,
)
from icse.common.ids import new_id


class Kind(models.TextChoices):
    PHOTO = "photo", "Photo"
    VIDEO = "video", "Video"


class Priority(models.TextChoices):
    URGENT = "urgent", "Urgent"
    ROUTINE = "routine", "Routine"


class Handling(models.TextChoices):
    """Conditions of use, shown beside the thing. TLP 2.0 (FIRST) and two of the field's own."""

    TLP_RED = "tlp:red", "TLP:RED — named recipients only"
    TLP_AMBER_STRICT = "tlp:amber+strict", "TLP:AMBER+STRICT — this organisation only"
    TLP_AMBER = "tlp:amber", "TLP:AMBER — need to know"
    TLP_GREEN = "tlp:green", "TLP:GREEN — law enforcement community"
    INTELLIGENCE_ONLY = "intelligence_only", "Intelligence only — not for court"
    ASK_FIRST = "ask_first", "Ask before passing on"

    @property
    def brief(self) -> str:
        """Return the code alone, as it stands on a tile."""
        return str(self.label).partition(" — ")[0]


class LegalBasis(models.TextChoices):
    """Why a country may hold and share the material (EU 2016/680 Art. 8 and 10; INTERPOL RPD Art. 12)."""

    CRIMINAL_INVESTIGATION = "criminal_investigation", "Criminal investigation"
    SEIZURE_ORDER = "seizure_order", "Seizure under a court order"
    HOTLINE_REPORT = "hotline_report", "Report of a hotline or provider"
    INTERNATIONAL_REQUEST = "international_request", "International request"


class Verdict(models.TextChoices):
    """What a submission met, as far as its country may know."""

    NEW = "new", "New"
    KNOWN_TO_YOUR_COUNTRY = "known_to_your_country", "Known to your country"
    KNOWN = "known", "Known"


class Material(models.Model):
    """A photo or video as content: one row for each SHA-256 of original bytes, whoever hands it in.

    Size in bytes; width and height in pixels of the upright picture; duration in seconds.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sha256 = models.CharField(max_length=64, unique=True)
    sha1 = models.CharField(max_length=40, db_index=True)
    md5 = models.CharField(max_length=32, db_index=True)
    size = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    media_type = models.CharField(max_length=50)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    duration = models.FloatField(null=True)

    objects = MaterialQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="material_sha256_is_hex"
            ),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="material_is_not_empty"),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="material_kind_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.sha256[:12]}"


class MaterialKey(models.Model):
    """The key of a material's original and derivatives, wrapped for a country that handed it in.

    Which countries those are is nobody's to read: the application asks for one by a function.
    """

    material = models.ForeignKey(Material, on_delete=models.PROTECT, related_name="+")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    wrapped = models.CharField(max_length=500)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["material", "country"], name="material_key_once_a_country"),
        )

    def __str__(self) -> str:
        return f"key of material {self.material_id}"


class StoredObject(models.Model):
    """What an object of the store is as it lies there, sealed: so that it can be proven whole without a key.

    Size in bytes. `read_at` is when it was last read through, `broken_at` the first byte that was then not as
    it was written, where there was one.
    """

    shelf = models.CharField(max_length=12)
    name = models.CharField(max_length=64)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    read_at = models.DateTimeField(default=timezone.now)
    broken_at = models.BigIntegerField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["read_at"], name="stored_object_next_idx"),
            models.Index(
                fields=["read_at"],
                name="stored_object_broken_idx",
                condition=models.Q(broken_at__isnull=False),
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["shelf", "name"], name="stored_object_once"),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="stored_object_sha256_is_hex"
            ),
        )

    def __str__(self) -> str:
        return f"{self.shelf} {self.name[:12]}"


class Submission(models.Model):
    """One country's act of handing in a material; never merged with another, for each is evidence.

    `analyzed_at` and `set_aside_at` belong to the submission, so that a material which a country cannot
    know of looks new to it until its own analysis is through, or has failed. It waits for that since it was
    received, or shown again after it was restricted.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    material = models.ForeignKey(Material, on_delete=models.PROTECT, related_name="submissions")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="submissions")
    batch = models.UUIDField(null=True, db_index=True)
    file_name = models.CharField(max_length=500)
    source_path = models.CharField(max_length=2000, blank=True)
    case_reference = models.CharField(max_length=100, blank=True)
    legal_basis = models.CharField(
        max_length=30, choices=LegalBasis, default=LegalBasis.CRIMINAL_INVESTIGATION
    )
    handling = models.CharField(max_length=30, choices=Handling, default=Handling.TLP_AMBER)
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.ROUTINE)
    sharing = models.CharField(max_length=10, choices=Sharing, default=Sharing.NATIONAL)
    audience = ArrayField(models.IntegerField())
    verdict = models.CharField(max_length=30, choices=Verdict)
    analyzed_at = models.DateTimeField(null=True)
    set_aside_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(default=timezone.now)
    waits_since = models.DateTimeField(default=timezone.now)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        indexes = (
            GinIndex(fields=["audience"], name="submission_audience_idx"),
            models.Index(fields=["country", "-received_at"], name="submission_country_newest_idx"),
            models.Index(fields=["-received_at"], name="submission_newest_idx"),
            models.Index(
                fields=["country", "set_aside_at"],
                name="submission_set_aside_idx",
                condition=models.Q(set_aside_at__isnull=False),
            ),
            *(
                GinIndex(
                    fields=[told],
                    opclasses=["gin_trgm_ops"],
                    name=f"submission_{told}_trgm",
                    fastupdate=False,
                )
                for told in ("file_name", "source_path", "case_reference")
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(audience__len__gt=0), name="submission_has_an_audience"
            ),
            models.CheckConstraint(
                condition=models.Q(priority__in=Priority.values), name="submission_priority_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(sharing__in=Sharing.values), name="submission_sharing_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"submission {self.pk}"


class CustodyEvent(models.Model):
    """An append-only line in the life of a submission; a derivation belongs to the material alone.

    Of what was disposed of, ids and hash remain.
    """

    class Kind(models.TextChoices):
        RECEIVED = "received", "Received"
        HASHED = "hashed", "Hashed"
        STORED = "stored", "Stored"
        DECLARED = "declared", "Declared"
        DERIVED = "derived", "Derived"
        EXPORTED = "exported", "Exported"
        SHARED = "shared", "Sharing changed"
        CORRECTED = "corrected", "Corrected"
        REVIEWED = "reviewed", "Reviewed"
        HELD = "held", "Put under legal hold"
        RELEASED = "released", "Released from legal hold"
        RESTRICTED = "restricted", "Restricted"
        WITHDRAWN = "withdrawn", "Withdrawn"
        RESTORED = "restored", "Restored"
        DISPOSED = "disposed", "Disposed of"

    id = models.BigAutoField(primary_key=True)
    # Without constraints: the lines outlive what they are about.
    material = models.ForeignKey(
        Material, on_delete=models.PROTECT, db_constraint=False, related_name="custody_events"
    )
    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="custody_events"
    )
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    detail = models.JSONField(default=dict)
    happened_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.kind} {self.happened_at:%Y-%m-%d %H:%M}"


class SeenMaterial(models.Model):
    """A material that the officer of the present standing may see, as its visible submissions have it.

    A view of the database, one row a material: lists and counts read it in place of row after row under
    policies. `first_*` are of the earliest visible submission. Nobody's standing sees nothing.
    """

    material = models.OneToOneField(
        Material, on_delete=models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+"
    )
    last_received_at = models.DateTimeField()
    countries = ArrayField(models.UUIDField())
    is_urgent = models.BooleanField()
    is_analyzed = models.BooleanField()
    first_received_at = models.DateTimeField()
    first_analyzed_at = models.DateTimeField(null=True)
    first_set_aside_at = models.DateTimeField(null=True)

    objects = SeenMaterialQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "evidence_seen"

    def __str__(self) -> str:
        return f"seen material {self.pk}"


class Derivative(models.Model):
    """Something made from an original for the screen; never the evidence itself.

    `at_ms` is the place in a video, 0 for a photo. The bytes, whose SHA-256 is kept, lie in the store under
    `object_name`.
    `is_for_match` are frames that were taken only to show a match: among the frames of its video, one would
    tell whoever sees the video that something matches it there, seen by them or not. Who sees them says
    `MatchFrame`.
    """

    class Kind(models.TextChoices):
        THUMBNAIL = "thumbnail", "Thumbnail"
        BLURRED = "blurred", "Blurred thumbnail"
        PREVIEW = "preview", "Preview"
        PROXY = "proxy", "Web video"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    material = models.ForeignKey(Material, on_delete=models.PROTECT, related_name="derivatives")
    kind = models.CharField(max_length=10, choices=Kind)
    at_ms = models.PositiveIntegerField(default=0)
    is_for_match = models.BooleanField(default=False)
    sha256 = models.CharField(max_length=64)
    object_name = models.CharField(max_length=64)
    media_type = models.CharField(max_length=50)
    size = models.BigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    objects = DerivativeQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["object_name"], name="derivative_object_idx"),)
        constraints = (
            models.UniqueConstraint(
                fields=["material", "kind", "at_ms"], name="derivative_once_a_kind_and_place"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.material_id}"

    @property
    def is_sharp(self) -> bool:
        """Tell whether it shows what the original shows, as the blurred thumbnail does not."""
        return self.kind != self.Kind.BLURRED


class MatchFrame(models.Model):
    """That a match of a material with another one is shown by the material's frame at `at_ms`.

    A frame that was taken for matches alone is seen by whoever sees one of those others as well; a frame
    that was looked at in vain is named by none of these, and nobody sees it.
    """

    material = models.ForeignKey(Material, on_delete=models.CASCADE, related_name="+")
    at_ms = models.PositiveIntegerField()
    other = models.ForeignKey(Material, on_delete=models.CASCADE, related_name="+")

    objects = MatchFrameQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["material", "at_ms", "other"], name="match_frame_once_a_pair"),
        )

    def __str__(self) -> str:
        return f"frame of {self.material_id} at {self.at_ms} ms"


class Intake(models.Model):
    """How much an officer has handed in on a day (UTC), for the quotas; in bytes."""

    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    files = models.PositiveIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["country", "officer", "day"], name="intake_once_an_officer_and_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.bytes} bytes on {self.day}"


class StoreRepair(models.Model):
    """What the reconciler did to the store, or found and cannot repair; of what, only how much."""

    class Kind(models.TextChoices):
        INCOMING = "incoming", "Uploads that stopped arriving, set aside"
        UNKNOWN = "unknown", "Objects that nobody knows of, set aside"
        TAKEN_BACK = "taken_back", "Objects that were missing, taken back"
        MISSING = "missing", "Objects that are missing"
        FORGOTTEN = "forgotten", "Objects that were aside for long, deleted"
        EXPIRED = "expired", "Uploads that stood still for too long, discarded"
        BROKEN = "broken", "Objects that are no longer as they were written"

    happened_at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=12, choices=Kind)
    shelf = models.CharField(max_length=12, blank=True)
    number = models.PositiveIntegerField()

    class Meta:
        indexes = (models.Index(fields=["-happened_at"], name="store_repair_recent_idx"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "incoming",
                        "unknown",
                        "taken_back",
                        "missing",
                        "forgotten",
                        "expired",
                        "broken",
                    ]
                ),
                name="store_repair_kind_is_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.kind} {self.shelf}"


class SubmissionOfficerGrant(GrantedObject, UserObjectPermissionBase):
    """That a submission was granted to an officer; in force while its grant is."""

    content_object = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="officer_grants")

    # Without guardian's own uniqueness: what has ended may be given again.
    class Meta:
        default_permissions = ()


class SubmissionUnitGrant(GrantedObject, GroupObjectPermissionBase):
    """That a submission was granted to everybody of a unit; in force while its grant is."""

    content_object = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="unit_grants")

    class Meta:
        default_permissions = ()
