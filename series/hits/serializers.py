from typing import Any

from rest_framework import serializers

from series.hits.models import Contact
from series.hits.queries import HitLine


class AgreedContactSerializer(serializers.Serializer[Contact]):
    """A holder who agreed to contact."""

    country = serializers.CharField(source="country.code")
    unit = serializers.CharField(source="unit.name")
    agreed_at = serializers.DateTimeField()


class RelatedHoldingSerializer(serializers.Serializer[HitLine]):
    """That another unit holds related material; it is named where that is the policy of its country."""

    id = serializers.UUIDField(source="hit.id")
    submission = serializers.UUIDField(source="hit.submission_id")
    found_at = serializers.DateTimeField(source="hit.found_at")
    named_country = serializers.CharField(source="hit.named_country.code", default=None)
    named_unit = serializers.CharField(source="hit.named_unit.name", default=None)
    asked_at = serializers.DateTimeField(source="hit.asked_at")
    contacts = AgreedContactSerializer(many=True)


class AskedContactSerializer(serializers.Serializer[Contact]):
    """That a unit asks yours for contact; who it is stands in it once you have agreed."""

    id = serializers.UUIDField()
    submission = serializers.UUIDField(source="submission_id")
    asked_at = serializers.DateTimeField()
    agreed_at = serializers.DateTimeField()
    declined_at = serializers.DateTimeField()
    asker_country = serializers.CharField(source="asker_country.code", default=None)
    asker_unit = serializers.CharField(source="asker_unit.name", default=None)


class RelatedHoldingsSerializer(serializers.Serializer[Any]):
    """Both sides of your country's related holdings, the last first."""

    hits = RelatedHoldingSerializer(many=True)
    asked = AskedContactSerializer(many=True)


class ContactAnswerSerializer(serializers.Serializer[Any]):
    """The answer to a request for contact; of "decline" nobody is told."""

    answer = serializers.ChoiceField(["agree", "decline"])
