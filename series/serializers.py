from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.audit.viewing import showed
from accounts.grants.serializers import GrantSerializer
from accounts.models import Sharing
from evidence.models import Priority
from media_analysis.serializers import MaterialSerializer
from series.models import Verdict

if TYPE_CHECKING:
    from series.models import Decision, Series
    from series.queries.decisions import CountryDecision
    from series.queries.listing import SeriesDevice, SeriesPlace
    from series.queries.proposals import Proposal, Reason
    from series.queries.queue import QueuedMatch


class DecisionRequestSerializer(serializers.Serializer[Any]):
    """What an analyst says of a match."""

    verdict = serializers.ChoiceField(Verdict.choices)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    sharing = serializers.ChoiceField(
        Sharing.choices,
        required=False,
        help_text="Who may see the answer; as open as the two materials where it is left out. `group` means"
        " the sharing groups that both materials are shared with; `units` is refused.",
    )


class DecisionSerializer(serializers.Serializer["Decision"]):
    """What your country holds of a match."""

    verdict = serializers.CharField()
    reason = serializers.CharField()
    kind = serializers.CharField()
    left = serializers.UUIDField(source="left_id")
    right = serializers.UUIDField(source="right_id")
    sharing = serializers.CharField()
    officer = serializers.CharField(source="officer.full_name")
    decided_at = serializers.DateTimeField()


class CountryDecisionSerializer(serializers.Serializer["CountryDecision"]):
    """What one country holds of a match; `left` and `right` may be copies of the match's own two."""

    country = serializers.CharField(source="decision.country.code")
    is_own = serializers.BooleanField()
    disagrees = serializers.BooleanField(help_text="It says the opposite of what your country says.")
    verdict = serializers.CharField(source="decision.verdict")
    reason = serializers.CharField(source="decision.reason")
    left = serializers.UUIDField(source="decision.left_id")
    right = serializers.UUIDField(source="decision.right_id")
    decided_at = serializers.DateTimeField(source="decision.decided_at")


class SeriesRequestSerializer(serializers.Serializer[Any]):
    """A new series, from a selection of materials."""

    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    priority = serializers.ChoiceField(Priority.choices, required=False)
    sharing = serializers.ChoiceField(Sharing.choices, required=False)
    groups = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=100)
    units = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=100)
    materials = serializers.ListField(
        child=serializers.UUIDField(), required=False, source="material_ids", max_length=10_000
    )


class SeriesChangeSerializer(serializers.Serializer[Any]):
    """What changes of a series; whatever is left out stays."""

    name = serializers.CharField(max_length=120, required=False)
    description = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    priority = serializers.ChoiceField(Priority.choices, required=False)


class SharingRequestSerializer(serializers.Serializer[Any]):
    """Who may see a series."""

    sharing = serializers.ChoiceField(Sharing.choices)
    groups = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=100)
    units = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=100)


class MaterialIdsSerializer(serializers.Serializer[Any]):
    """Materials to put into a series."""

    materials = serializers.ListField(
        child=serializers.UUIDField(), source="material_ids", allow_empty=False, max_length=10_000
    )


class MergeRequestSerializer(serializers.Serializer[Any]):
    """The series whose materials join this one."""

    other = serializers.UUIDField(source="other_id")


class SeriesSerializer(serializers.Serializer["Series"]):
    """A series; `material_count` counts what you may see of it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    state = serializers.CharField()
    priority = serializers.CharField()
    sharing = serializers.CharField()
    country = serializers.CharField(source="country.code")
    unit = serializers.CharField(source="unit.name")
    material_count = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()

    def to_representation(self, series: Series) -> dict[str, Any]:
        """Return the JSON, and put on record that the series was shown."""
        showed((series.pk,))
        return dict(super().to_representation(series))


class SeriesDeviceSerializer(serializers.Serializer["SeriesDevice"]):
    """A camera of a series."""

    make = serializers.CharField()
    model = serializers.CharField()
    body_serial = serializers.CharField()
    materials = serializers.IntegerField()


class SeriesPlaceSerializer(serializers.Serializer["SeriesPlace"]):
    """A place of a series, in degrees."""

    latitude = serializers.FloatField()
    longitude = serializers.FloatField()
    materials = serializers.IntegerField()


class SeriesDetailSerializer(SeriesSerializer):
    """A series with what is known of it; give `context` with `merged_into`, `devices` and `places`."""

    merged_into = serializers.SerializerMethodField()
    devices = serializers.SerializerMethodField()
    places = serializers.SerializerMethodField()

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_merged_into(self, series: Series) -> str | None:
        """Return the series that this one lives on in."""
        target = self.context["merged_into"]
        return str(target.pk) if target else None

    @extend_schema_field(SeriesDeviceSerializer(many=True))
    def get_devices(self, series: Series) -> list[dict[str, Any]]:
        """Return the cameras."""
        return [SeriesDeviceSerializer(each).data for each in self.context["devices"]]

    @extend_schema_field(SeriesPlaceSerializer(many=True))
    def get_places(self, series: Series) -> list[dict[str, Any]]:
        """Return the places."""
        return [SeriesPlaceSerializer(each).data for each in self.context["places"]]


class ReasonSerializer(serializers.Serializer["Reason"]):
    """Why a material is proposed: the match with a member, and what your country said of it so far."""

    match = serializers.CharField(source="match_id")
    kind = serializers.CharField()
    member = serializers.UUIDField()
    score = serializers.FloatField(allow_null=True)
    distance = serializers.FloatField(allow_null=True)
    threshold = serializers.FloatField()
    algorithm = serializers.CharField()
    verdict = serializers.CharField()


class ProposalSerializer(serializers.Serializer["Proposal"]):
    """A material that could belong to a series. Give `context={"states": {material id: state}}`."""

    material = MaterialSerializer()
    reasons = ReasonSerializer(many=True)
    copies = serializers.IntegerField(help_text="Copies of the material that go into the series with it.")


class QueuedMatchSerializer(serializers.Serializer["QueuedMatch"]):
    """A match that waits for your country's decision. Give `context={"states": {material id: state}}`."""

    id = serializers.CharField(source="match.id")
    kind = serializers.CharField(source="match.kind")
    score = serializers.FloatField(source="match.score", allow_null=True)
    distance = serializers.FloatField(source="match.distance", allow_null=True)
    threshold = serializers.FloatField(source="match.threshold")
    algorithm = serializers.CharField(source="match.algorithm")
    is_urgent = serializers.BooleanField()
    further = serializers.IntegerField(help_text="Matches of copies of these two, which the answer settles.")
    left = MaterialSerializer(source="match.left")
    right = MaterialSerializer(source="match.right")
    regions = serializers.DictField(source="match.regions")


class ChainSerializer(serializers.Serializer[Any]):
    """One thing through which you see what is asked about, and why you see that."""

    about = serializers.CharField(source="words")
    reasons = serializers.ListField(child=serializers.CharField())


class ReachSerializer(serializers.Serializer[Any]):
    """One part of an audience in words; `countries` is null where their number stays hidden."""

    words = serializers.CharField()
    countries = serializers.IntegerField(allow_null=True)


class AccessSerializer(serializers.Serializer[Any]):
    """Who sees a thing; the second and third are for the country that it belongs to, and empty for others."""

    because = ChainSerializer(source="chains", many=True)
    seen_by = ReachSerializer(source="reaches", many=True)
    grants = GrantSerializer(many=True)
