from typing import Any

from rest_framework import serializers

from accounts.grants.models import Grant


class GrantRequestSerializer(serializers.Serializer[Any]):
    """Whom one thing is opened to, why and until when."""

    named = serializers.CharField(
        max_length=254,
        help_text="An e-mail address; within your country also the name of an officer or unit.",
    )
    whole_unit = serializers.BooleanField(default=False, help_text="The whole unit of that officer.")
    reason = serializers.CharField(max_length=500, help_text="The holder reads it; kept with the grant.")
    expires_at = serializers.DateTimeField()


class GrantSerializer(serializers.Serializer[Grant]):
    """One grant: its holder is an officer, or everybody of a unit."""

    id = serializers.UUIDField()
    officer = serializers.EmailField(source="officer.email", default=None)
    unit = serializers.CharField(source="unit.name", default=None)
    country = serializers.CharField(source="holder_country.code")
    reason = serializers.CharField()
    given_by = serializers.EmailField(source="granter.email")
    given_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    is_over = serializers.BooleanField()
