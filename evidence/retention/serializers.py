from typing import Any

from rest_framework import serializers

from evidence.retention.acts import Act
from evidence.retention.queries import AskedWithdrawal, Part
from evidence.retention.services import REASON_LENGTH

_SUBMISSIONS_AT_ONCE = 500


class RetentionQuerySerializer(serializers.Serializer[Any]):
    """Which part of what the country keeps, and what file name or case reference has to contain."""

    part = serializers.ChoiceField(choices=list(Part), default=Part.DUE)
    q = serializers.CharField(max_length=100, required=False, default="")


class RetainedSerializer(serializers.Serializer[Any]):
    """A submission of the own country with its retention, restricted or not."""

    id = serializers.UUIDField(source="submission_id")
    material = serializers.UUIDField(source="material_id")
    sha256 = serializers.CharField()
    file_name = serializers.CharField()
    case_reference = serializers.CharField()
    legal_basis = serializers.CharField()
    received_at = serializers.DateTimeField()
    review_at = serializers.DateField()
    retain_until = serializers.DateField()
    standing = serializers.CharField()
    reason = serializers.CharField()
    hold_reason = serializers.CharField()
    withdrawal = serializers.UUIDField(source="withdrawal_id", allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)


class ActSerializer(serializers.Serializer[Any]):
    """An act, to which submissions, and why; a day where reviewing or keeping changes it."""

    act = serializers.ChoiceField(choices=list(Act))
    submissions = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=_SUBMISSIONS_AT_ONCE
    )
    reason = serializers.CharField(max_length=REASON_LENGTH)
    retain_until = serializers.DateField(required=False, allow_null=True, default=None)


class DoneSerializer(serializers.Serializer[Any]):
    """How many submissions it was done to; of a withdrawal, its id."""

    files = serializers.IntegerField()
    withdrawal = serializers.UUIDField(source="withdrawal.pk", default=None, allow_null=True)


class WithdrawalSerializer(serializers.Serializer[AskedWithdrawal]):
    """A withdrawal, and who decided it; `verdict` is empty until somebody has."""

    id = serializers.UUIDField(source="withdrawal.pk")
    reason = serializers.CharField(source="withdrawal.reason")
    files = serializers.IntegerField(source="withdrawal.files")
    asked_by = serializers.CharField(source="withdrawal.asked_by.full_name")
    asked_at = serializers.DateTimeField(source="withdrawal.asked_at")
    verdict = serializers.CharField(source="approval.verdict")
    decided_by = serializers.CharField(source="approval.decided_by.full_name", default=None, allow_null=True)
    decided_at = serializers.DateTimeField(source="approval.decided_at", allow_null=True)
    note = serializers.CharField(source="approval.note")


class VerdictSerializer(serializers.Serializer[Any]):
    """What the second pair of eyes says of a withdrawal; declining takes a note."""

    verdict = serializers.ChoiceField(choices=["approve", "decline"])
    note = serializers.CharField(max_length=REASON_LENGTH, required=False, allow_blank=True, default="")


class DisposalSerializer(serializers.Serializer[Any]):
    """What is left of a submission that was disposed of."""

    submission = serializers.UUIDField(source="submission_id")
    material = serializers.UUIDField(source="material_id")
    sha256 = serializers.CharField()
    cause = serializers.CharField()
    withdrawal = serializers.UUIDField(source="withdrawal_id", allow_null=True)
    received_at = serializers.DateTimeField()
    disposed_at = serializers.DateTimeField()
