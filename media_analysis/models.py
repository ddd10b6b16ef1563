from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from pgvector.django import BitField, HalfVectorField

from evidence.models import Material
from icse.common.ids import new_id
from media_analysis.querysets import FaceQuerySet, MatchQuerySet

PDQ_BITS = 256
FACE_DIMENSIONS = 128
TILE_DIMENSIONS = 128


class RunState(models.TextChoices):
    RECEIVED = "received", "Waiting"
    ANALYZING = "analyzing", "Being analyzed"
    DONE = "done", "Analyzed"
    QUARANTINED = "quarantined", "Set aside"


class PipelineRun(models.Model):
    """How far the machines are with one material.

    `starts` counts every beginning, before the work; `attempts` those that the file itself spoilt.
    """

    material = models.OneToOneField(
        Material, on_delete=models.CASCADE, primary_key=True, related_name="pipeline_run"
    )
    state = models.CharField(max_length=12, choices=RunState, default=RunState.RECEIVED)
    priority = models.PositiveSmallIntegerField()
    starts = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    failure_reason = models.CharField(max_length=40, blank=True)
    failure_message = models.CharField(max_length=300, blank=True)
    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["queued_at"],
                condition=models.Q(state__in=["received", "analyzing"]),
                name="run_unfinished_idx",
            ),
        )
        constraints = (
            models.CheckConstraint(condition=models.Q(state__in=RunState.values), name="run_state_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.state} {self.material_id}"


class AnalysisState(models.TextChoices):
    PENDING = "pending", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    SKIPPED = "skipped", "Not applicable"
    FAILED = "failed", "Failed"


class Analysis(models.Model):
    """What one version of one analyzer found on one material, or on one segment of a video.

    Segment 0 is the whole photo, or a video's key frames; segments of a video count from 1. What is done
    stays as it is when a first sight has the file looked at again; then `planned_at` and `finished_at` move.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    material = models.ForeignKey(Material, on_delete=models.CASCADE, related_name="analyses")
    analyzer = models.CharField(max_length=20)
    version = models.CharField(max_length=40)
    segment = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=AnalysisState, default=AnalysisState.PENDING)
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=300, blank=True)
    duration_ms = models.PositiveIntegerField(null=True)
    planned_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "analyses"
        constraints = (
            models.UniqueConstraint(
                fields=["material", "analyzer", "version", "segment"], name="analysis_once_a_version"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=AnalysisState.values), name="analysis_state_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.analyzer} of {self.material_id}: {self.state}"


class PictureHash(models.Model):
    """Perceptual hashes of a photo, or of a video's frame at `at_ms`.

    `pdq` are 256 bits, absent where the picture is too empty to have them; `bands` are their sixteen
    16-bit pieces under GIN, for exact search within 31 bits.
    """

    id = models.BigAutoField(primary_key=True)
    material = models.ForeignKey(Material, on_delete=models.CASCADE, related_name="picture_hashes")
    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="+")
    at_ms = models.PositiveIntegerField(null=True)
    route = models.CharField(max_length=30)
    pdq = BitField(length=PDQ_BITS, null=True)
    quality = models.PositiveSmallIntegerField()
    phash = models.BigIntegerField()
    dhash = models.BigIntegerField()
    bands = ArrayField(models.IntegerField(), null=True)

    class Meta:
        verbose_name_plural = "picture hashes"
        indexes = (GinIndex(fields=["bands"], name="picturehash_bands_idx"),)

    def __str__(self) -> str:
        return f"hashes of {self.material_id}"


class Face(models.Model):
    """A face in a photo, or in a video's frame at `at_ms`.

    Box is x, y, width, height and landmarks are five x, y pairs, all relative to the upright picture.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    material = models.ForeignKey(Material, on_delete=models.CASCADE, related_name="faces")
    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="+")
    at_ms = models.PositiveIntegerField(null=True)
    box = ArrayField(models.FloatField(), size=4)
    landmarks = models.JSONField()
    score = models.FloatField()
    quality = models.FloatField()
    model_id = models.CharField(max_length=60)
    embedding = HalfVectorField(dimensions=FACE_DIMENSIONS)

    objects = FaceQuerySet.as_manager()

    def __str__(self) -> str:
        return f"face in {self.material_id}"


class SceneTile(models.Model):
    """The embedding of a whole picture (tile 0) or of one of its overlapping tiles."""

    id = models.BigAutoField(primary_key=True)
    material = models.ForeignKey(Material, on_delete=models.CASCADE, related_name="scene_tiles")
    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="+")
    at_ms = models.PositiveIntegerField(null=True)
    tile = models.PositiveSmallIntegerField()
    box = ArrayField(models.FloatField(), size=4)
    model_id = models.CharField(max_length=60)
    embedding = HalfVectorField(dimensions=TILE_DIMENSIONS)

    def __str__(self) -> str:
        return f"tile {self.tile} of {self.material_id}"


class SceneFeatures(models.Model):
    """The local features of a photo, or of a video's frame at `at_ms`, packed as the engine packs them.

    No index: they are read of pictures that hash or tiles have shortlisted, to prove or refute them.
    """

    id = models.BigAutoField(primary_key=True)
    material = models.ForeignKey(Material, on_delete=models.CASCADE, related_name="scene_features")
    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="+")
    at_ms = models.PositiveIntegerField(null=True)
    features_id = models.CharField(max_length=60)
    packed = models.BinaryField()

    class Meta:
        verbose_name_plural = "scene features"

    def __str__(self) -> str:
        return f"local features of {self.material_id}"


class CaptureFacts(models.Model):
    """Who, what, when and where of a capture, as the file's own metadata claim.

    `taken_at` is the camera's local reading as ISO 8601 without a zone, never converted; its offset from
    UTC in minutes may be unknown.
    """

    material = models.OneToOneField(
        Material, on_delete=models.CASCADE, primary_key=True, related_name="capture_facts"
    )
    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="+")
    make = models.CharField(max_length=100, blank=True)
    model = models.CharField(max_length=100, blank=True)
    body_serial = models.CharField(max_length=100, blank=True)
    lens_serial = models.CharField(max_length=100, blank=True)
    internal_serial = models.CharField(max_length=100, blank=True)
    lens_model = models.CharField(max_length=150, blank=True)
    software = models.CharField(max_length=150, blank=True)
    taken_at = models.CharField(max_length=19, blank=True)
    utc_offset_minutes = models.SmallIntegerField(null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    orientation = models.PositiveSmallIntegerField(default=1)
    has_thumbnail = models.BooleanField(default=False)
    tags = models.JSONField(default=dict)
    words = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "capture facts"
        indexes = (
            models.Index(fields=["make", "model"], name="capture_camera_idx"),
            GinIndex(fields=["words"], opclasses=["gin_trgm_ops"], name="capture_words_idx"),
        )

    def __str__(self) -> str:
        return self.camera or "unknown camera"

    @property
    def camera(self) -> str:
        """Return make and model; many makers write their name into the model as well."""
        if self.model.lower().startswith(self.make.lower()):
            return self.model
        return f"{self.make} {self.model}".strip()


class ExactSignal(models.Model):
    """A value that connects every material that carries it: one hub, never n² pairs."""

    class Kind(models.TextChoices):
        PIXELS = "pixels", "Decoded pixels"
        BODY_SERIAL = "body_serial", "Camera serial number"
        LENS_SERIAL = "lens_serial", "Lens serial number"
        INTERNAL_SERIAL = "internal_serial", "Internal serial number"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=20, choices=Kind)
    value = models.CharField(max_length=128)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["kind", "value"], name="exact_signal_once"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class ExactSignalMember(models.Model):
    """A material that carries an exact signal."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    signal = models.ForeignKey(ExactSignal, on_delete=models.CASCADE, related_name="members")
    material = models.ForeignKey(Material, on_delete=models.CASCADE, related_name="exact_signals")
    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["signal", "material"], name="exact_signal_member_once"),
        )

    def __str__(self) -> str:
        return f"{self.signal_id} in {self.material_id}"


class MatchKind(models.TextChoices):
    IDENTICAL = "identical", "Identical picture"
    COPY = "copy", "Copy"
    NEAR_IN_TIME = "near_in_time", "Near in time"
    FRAME = "frame", "Frame of a video"
    FACE = "face", "Face"
    SCENE = "scene", "Room or object"
    DEVICE = "device", "Device"


class Match(models.Model):
    """Two materials that a signal connects, with the reason; made by machines.

    The left id is the smaller one. `regions` holds what can be drawn: `left` and `right` boxes,
    `points` as [left x, left y, right x, right y], `left_at_ms` and `right_at_ms` in videos; all
    places relative to the upright picture. Of two videos that share passages, each of `left_ranges_ms`
    [start, end] shows what its fellow of `right_ranges_ms` shows. Identical pictures and devices have no
    rows here: they are read from `ExactSignal`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=15, choices=MatchKind)
    left = models.ForeignKey(Material, on_delete=models.CASCADE, related_name="+")
    right = models.ForeignKey(Material, on_delete=models.CASCADE, related_name="+")
    score = models.FloatField(null=True)
    distance = models.FloatField(null=True)
    threshold = models.FloatField()
    algorithm = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    regions = models.JSONField(default=dict)
    found_at = models.DateTimeField(default=timezone.now)

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "matches"
        indexes = (models.Index(fields=["right", "kind"], name="match_right_idx"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(left__lt=models.F("right")), name="match_left_is_smaller"
            ),
            models.UniqueConstraint(fields=["left", "right", "kind"], name="match_once_a_kind"),
            models.CheckConstraint(
                condition=models.Q(score__isnull=False) | models.Q(distance__isnull=False),
                name="match_has_a_measure",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.left_id} {self.right_id}"


class DecoderReport(models.Model):
    """In what a host's workers hold the decoder, as one of them said last."""

    host = models.CharField(max_length=255, primary_key=True)
    level = models.CharField(max_length=20)
    reported_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.host}: {self.level}"
