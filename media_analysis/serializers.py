from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.audit.viewing import showed
from media_analysis.models import RunState

if TYPE_CHECKING:
    from evidence.models import Material, Submission
    from media_analysis.models import Analysis, CaptureFacts, Face


class MaterialSerializer(serializers.Serializer["Material"]):
    """A material as the asker may know it: its state comes from their own earliest visible submission.

    Give `context={"states": {material id: state}}`.
    """

    id = serializers.UUIDField()
    sha256 = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.SerializerMethodField()

    def to_representation(self, material: Material) -> dict[str, Any]:
        """Return the JSON, and put on record that the material was shown."""
        showed((material.pk,))
        return dict(super().to_representation(material))

    @extend_schema_field(serializers.ChoiceField(RunState.choices))
    def get_state(self, material: Material) -> str:
        """Return `received`, `analyzing`, `done` or `quarantined`."""
        state: str = self.context["states"].get(material.pk, "received")
        return state


class AnalysisSerializer(serializers.Serializer["Analysis"]):
    """One analyzer's result."""

    analyzer = serializers.CharField()
    version = serializers.CharField()
    segment = serializers.IntegerField()
    state = serializers.CharField()
    error = serializers.CharField()
    result = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField())
    def get_result(self, analysis: Analysis) -> dict[str, Any]:
        """Return the summing-up; hashes of all orientations are the machines' own tool."""
        return {name: value for name, value in analysis.result.items() if name != "orientations"}


class CaptureFactsSerializer(serializers.Serializer["CaptureFacts"]):
    """What the file's metadata claim of its capture."""

    make = serializers.CharField()
    model = serializers.CharField()
    body_serial = serializers.CharField()
    lens_serial = serializers.CharField()
    internal_serial = serializers.CharField()
    lens_model = serializers.CharField()
    software = serializers.CharField()
    taken_at = serializers.CharField()
    utc_offset_minutes = serializers.IntegerField(allow_null=True)
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    orientation = serializers.IntegerField()
    has_thumbnail = serializers.BooleanField()
    tags = serializers.DictField()


class FaceSerializer(serializers.Serializer["Face"]):
    """A face: box and landmarks relative to the upright picture."""

    id = serializers.UUIDField()
    at_ms = serializers.IntegerField(allow_null=True)
    box = serializers.ListField(child=serializers.FloatField())
    landmarks = serializers.ListField(child=serializers.ListField(child=serializers.FloatField()))
    score = serializers.FloatField()
    quality = serializers.FloatField()
    model_id = serializers.CharField()


class SubmissionBriefSerializer(serializers.Serializer["Submission"]):
    """A submission that the asker may see."""

    id = serializers.UUIDField()
    country = serializers.CharField(source="country.code")
    unit = serializers.CharField(source="unit.name")
    file_name = serializers.CharField()
    case_reference = serializers.CharField()
    handling = serializers.CharField()
    priority = serializers.CharField()
    sharing = serializers.CharField()
    received_at = serializers.DateTimeField()


class MaterialDetailSerializer(MaterialSerializer):
    """Everything about one material; `media` are addresses of what can be shown of it."""

    sha1 = serializers.CharField()
    md5 = serializers.CharField()
    size = serializers.IntegerField()
    media_type = serializers.CharField()
    width = serializers.SerializerMethodField()
    height = serializers.SerializerMethodField()
    duration = serializers.SerializerMethodField()
    failure = serializers.SerializerMethodField()
    analyses = serializers.SerializerMethodField()
    capture = serializers.SerializerMethodField()
    faces = serializers.SerializerMethodField()
    submissions = serializers.SerializerMethodField()

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_width(self, material: Material) -> int | None:
        """Return the width in pixels, once the asker's own analysis has found it."""
        return material.width if self._is_over(material) else None

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_height(self, material: Material) -> int | None:
        """Return the height in pixels, once the asker's own analysis has found it."""
        return material.height if self._is_over(material) else None

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_duration(self, material: Material) -> float | None:
        """Return a video's length in seconds, once the asker's own analysis has found it."""
        return material.duration if self._is_over(material) else None

    def _is_over(self, material: Material) -> bool:
        return self.get_state(material) in (RunState.DONE, RunState.QUARANTINED)

    @extend_schema_field(serializers.CharField())
    def get_failure(self, material: Material) -> str:
        """Return why the file was set aside, worded for the officer; empty otherwise."""
        failure: str = self.context["failure"]
        return failure

    @extend_schema_field(AnalysisSerializer(many=True))
    def get_analyses(self, material: Material) -> list[dict[str, Any]]:
        """Return each analyzer's result."""
        return [AnalysisSerializer(each).data for each in self.context["analyses"]]

    @extend_schema_field(CaptureFactsSerializer(allow_null=True))
    def get_capture(self, material: Material) -> dict[str, Any] | None:
        """Return the facts of the capture, or None."""
        facts = self.context["capture"]
        return CaptureFactsSerializer(facts).data if facts else None

    @extend_schema_field(FaceSerializer(many=True))
    def get_faces(self, material: Material) -> list[dict[str, Any]]:
        """Return the faces."""
        return [FaceSerializer(each).data for each in self.context["faces"]]

    @extend_schema_field(SubmissionBriefSerializer(many=True))
    def get_submissions(self, material: Material) -> list[dict[str, Any]]:
        """Return the submissions that the asker may see, the earliest first."""
        return [SubmissionBriefSerializer(each).data for each in self.context["submissions"]]


class PassageSerializer(serializers.Serializer[Any]):
    """What one video shows within the first range another one shows within the second; milliseconds."""

    own_start_ms = serializers.IntegerField()
    own_end_ms = serializers.IntegerField()
    other_start_ms = serializers.IntegerField()
    other_end_ms = serializers.IntegerField()


class MatchSerializer(serializers.Serializer[Any]):
    """A match seen from one side, or a hit of a picture search: the other material, and why.

    Give `context={"states": {material id: state}}`. Scores are better when high, distances when low.
    """

    id = serializers.CharField()
    kind = serializers.CharField()
    score = serializers.FloatField(allow_null=True)
    distance = serializers.FloatField(allow_null=True)
    threshold = serializers.FloatField()
    algorithm = serializers.CharField()
    version = serializers.CharField()
    material = serializers.SerializerMethodField()
    regions = serializers.DictField()
    passages = serializers.SerializerMethodField()

    @extend_schema_field(PassageSerializer(many=True))
    def get_passages(self, match: Any) -> list[dict[str, int]]:
        """Return the time ranges that two videos share, in the order of this one; none of other matches."""
        pairs = zip(
            match.regions.get("own_ranges_ms", ()), match.regions.get("other_ranges_ms", ()), strict=True
        )
        return [
            {
                "own_start_ms": own[0],
                "own_end_ms": own[1],
                "other_start_ms": other[0],
                "other_end_ms": other[1],
            }
            for own, other in pairs
        ]

    @extend_schema_field(MaterialSerializer())
    def get_material(self, match: Any) -> dict[str, Any]:
        """Return the other side."""
        return dict(MaterialSerializer(match.other, context=self.context).data)
