from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework import serializers

if TYPE_CHECKING:
    from accounts.audit.models import SealedEvent


class EventSerializer(serializers.Serializer["SealedEvent"]):
    """An event of the audit log: ids and terms, never content; `number` is its place in its chain."""

    id = serializers.UUIDField()
    happened_at = serializers.DateTimeField()
    country = serializers.UUIDField(source="country_id", allow_null=True)
    unit = serializers.UUIDField(source="unit_id", allow_null=True)
    officer = serializers.UUIDField(source="officer_id", allow_null=True)
    act = serializers.CharField()
    purpose = serializers.CharField()
    outcome = serializers.CharField()
    right = serializers.CharField()
    address = serializers.IPAddressField(allow_null=True)
    via = serializers.CharField()
    objects = serializers.ListField(child=serializers.UUIDField(), source="objects_named")
    detail = serializers.DictField()
    number = serializers.IntegerField()
