from typing import Any

from rest_framework import serializers

from accounts.models import Unit
from accounts.sharing.models import GroupMembership, SharingGroup


class MembershipSerializer(serializers.Serializer[GroupMembership]):
    """A country's place in a group."""

    country = serializers.CharField(source="country.code")
    state = serializers.CharField()
    since = serializers.DateTimeField()
    valid_until = serializers.DateTimeField()


class SharingGroupSerializer(serializers.Serializer[SharingGroup]):
    """A sharing group, with the places in it that your country may know of."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    purpose = serializers.CharField()
    owner = serializers.CharField(source="owner.code")
    has_hidden_membership = serializers.BooleanField(source="hidden_membership")
    valid_until = serializers.DateTimeField()
    is_over = serializers.BooleanField()
    members = MembershipSerializer(source="known", many=True)


class UnitSerializer(serializers.Serializer[Unit]):
    """A unit of your country."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class SharingChoicesSerializer(serializers.Serializer[Any]):
    """What can be named when something is shared, and what `default` means for your country."""

    default = serializers.CharField(help_text="The level: national, group or members.")
    default_groups = serializers.ListField(child=serializers.UUIDField())
    groups = SharingGroupSerializer(many=True)
    units = UnitSerializer(many=True)
