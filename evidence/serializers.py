from typing import Any

from rest_framework import serializers

from accounts.models import Sharing
from evidence.models import Handling, LegalBasis, Priority, Submission
from evidence.services import SubmissionDetails


class SubmissionRequestSerializer(serializers.Serializer[SubmissionDetails]):
    """What is told with a file. The file itself is the multipart field `file`, best sent last."""

    file = serializers.FileField(write_only=True, allow_empty_file=True)
    source_path = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    case_reference = serializers.CharField(max_length=100, required=False, allow_blank=True)
    legal_basis = serializers.ChoiceField(LegalBasis.choices, required=False)
    handling = serializers.ChoiceField(Handling.choices, required=False)
    priority = serializers.ChoiceField(Priority.choices, required=False)
    sharing = serializers.ChoiceField(Sharing.choices, required=False)
    groups = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=100,
        help_text="The sharing groups, where `sharing` is `group`.",
    )
    units = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=100,
        help_text="The units, where `sharing` is `units`; your own is always one of them.",
    )
    batch = serializers.UUIDField(required=False)

    def details(self) -> SubmissionDetails:
        """Return what was told, without the file."""
        told = {name: value for name, value in self.validated_data.items() if name != "file"}
        return SubmissionDetails(**told)


class SubmissionSharingSerializer(serializers.Serializer[Any]):
    """Who may see a submission from now on."""

    sharing = serializers.ChoiceField(Sharing.choices)
    groups = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=100)
    units = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=100)


class OriginalRequestSerializer(serializers.Serializer[Any]):
    """Why an original is needed outside the platform."""

    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    acknowledged = serializers.BooleanField(
        default=False, help_text="That a condition such as 'intelligence only' has been read and is kept."
    )


class MaterialBriefSerializer(serializers.Serializer[Submission]):
    """The material of a submission, in the state in which the submission's country may know it."""

    id = serializers.UUIDField(source="material.id")
    sha256 = serializers.CharField(source="material.sha256")
    kind = serializers.CharField(source="material.kind")
    state = serializers.SerializerMethodField()

    def get_state(self, submission: Submission) -> str:
        """Return `done` once its own analysis is through, `quarantined` once it failed, `received` before."""
        if submission.analyzed_at:
            return "done"
        return "quarantined" if submission.set_aside_at else "received"


class SubmissionSerializer(serializers.Serializer[Submission]):
    """A submission as its own country sees it."""

    id = serializers.UUIDField()
    verdict = serializers.CharField()
    material = MaterialBriefSerializer(source="*")
    file_name = serializers.CharField()
    source_path = serializers.CharField()
    case_reference = serializers.CharField()
    legal_basis = serializers.CharField()
    handling = serializers.CharField()
    priority = serializers.CharField()
    sharing = serializers.CharField()
    batch = serializers.UUIDField(allow_null=True)
    received_at = serializers.DateTimeField()
