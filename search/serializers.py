from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from media_analysis.serializers import FaceSerializer, MatchSerializer, MaterialSerializer

if TYPE_CHECKING:
    from search.boxes import Box
    from search.queries.faces import FaceHit
    from search.queries.facets import Facet
    from search.queries.words import Hit

SIDES = 4


@extend_schema_field({"type": "array", "items": {"type": "number"}, "minItems": SIDES, "maxItems": SIDES})
class BoxField(serializers.Field[Any, Any, Any, Any]):
    """A drawn part as x, y, width, height: a list, or its text in a form, with or without brackets."""

    default_error_messages = {"invalid": "Give four numbers: x, y, width, height."}

    def to_internal_value(self, data: Any) -> Box:
        """Return the box; whether it lies in the picture is the search's matter."""
        sides = self._read(data) if isinstance(data, str) else data
        if not isinstance(sides, list) or len(sides) != SIDES or not all(_is_number(side) for side in sides):
            self.fail("invalid")
        x, y, width, height = (float(side) for side in sides)
        return (x, y, width, height)

    def to_representation(self, value: Any) -> Any:
        """Return the box as it is."""
        return value

    def _read(self, text: str) -> object:
        try:
            return json.loads(text if text.lstrip().startswith("[") else f"[{text}]")
        except ValueError:
            self.fail("invalid")


def _is_number(side: object) -> bool:
    return isinstance(side, int | float) and not isinstance(side, bool)


class PictureQuestionSerializer(serializers.Serializer[Any]):
    """What is asked with a picture: the multipart field `file`, or a material that you may see."""

    file = serializers.FileField(required=False, write_only=True)
    material = serializers.UUIDField(required=False, source="material_id")
    box = BoxField(required=False)
    at_ms = serializers.IntegerField(required=False, min_value=0, max_value=2**31 - 1)


class PictureQuerySerializer(serializers.Serializer[Any]):
    """A picture search that waits for its answer, or failed."""

    id = serializers.UUIDField()
    state = serializers.CharField()
    error = serializers.CharField()


class PictureHitSerializer(MatchSerializer):
    """What a picture search found."""


class HitSerializer(serializers.Serializer["Hit"]):
    """A material that was found, and why. Give `context={"states": {material id: state}}`."""

    material = MaterialSerializer()
    reasons = serializers.ListField(child=serializers.CharField())


class FacetValueSerializer(serializers.Serializer[Any]):
    """One value under a facet."""

    value = serializers.CharField()
    name = serializers.CharField(source="label")
    count = serializers.IntegerField()
    is_chosen = serializers.BooleanField()


class FacetSerializer(serializers.Serializer["Facet"]):
    """What the search can be narrowed by."""

    name = serializers.CharField()
    title = serializers.CharField()
    values = FacetValueSerializer(many=True)


class SearchAnswerSerializer(serializers.Serializer[Any]):
    """A page of a search, with the facets of the whole."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = HitSerializer(many=True)
    facets = FacetSerializer(many=True)


class LikeFaceQuestionSerializer(serializers.Serializer[Any]):
    """Further faces to search with, and whether one of them is enough."""

    also = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=10)
    mode = serializers.ChoiceField(["any", "all"], default="any")


class FaceHitSerializer(serializers.Serializer["FaceHit"]):
    """A material with faces like those asked for; `faces`, `asked` and `distances` pair by pair."""

    kind = serializers.CharField()
    material = MaterialSerializer()
    faces = FaceSerializer(many=True)
    asked = serializers.ListField(child=serializers.UUIDField())
    distances = serializers.ListField(child=serializers.FloatField())
    distance = serializers.FloatField()
    threshold = serializers.FloatField()
    algorithm = serializers.CharField()
    is_candidate = serializers.BooleanField()
