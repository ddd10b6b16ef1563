from typing import Any

from rest_framework import serializers

from accounts.models import Sharing
from evidence.models import Handling, LegalBasis, Priority
from evidence.services import SubmissionDetails
from evidence.uploads.models import Batch, Upload


class BatchRequestSerializer(serializers.Serializer[SubmissionDetails]):
    """What is said of all files of a batch, and how much of it there will be."""

    case_reference = serializers.CharField(max_length=100, required=False, allow_blank=True)
    legal_basis = serializers.ChoiceField(LegalBasis.choices, required=False)
    handling = serializers.ChoiceField(Handling.choices, required=False)
    priority = serializers.ChoiceField(Priority.choices, required=False)
    sharing = serializers.ChoiceField(Sharing.choices, required=False)
    groups = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=100)
    units = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=100)
    files = serializers.IntegerField(
        required=False, default=0, min_value=0, max_value=10**6, help_text="How many files will be sent."
    )
    bytes = serializers.IntegerField(
        required=False, default=0, min_value=0, max_value=2**50, help_text="How long they are together."
    )

    def told(self) -> dict[str, Any]:
        """Return what `open_batch` wants to know."""
        said = dict(self.validated_data)
        files, size = said.pop("files"), said.pop("bytes")
        return {"details": SubmissionDetails(**said), "files": files, "size": size}


class BatchSerializer(serializers.Serializer[Batch]):
    """A batch as its officer sees it; `received`, `refused` and `partly` count its files."""

    id = serializers.UUIDField()
    case_reference = serializers.CharField()
    announced_files = serializers.IntegerField()
    announced_bytes = serializers.IntegerField()
    received = serializers.IntegerField(default=0)
    refused = serializers.IntegerField(default=0)
    partly = serializers.IntegerField(default=0)
    opened_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class UploadSerializer(serializers.Serializer[Upload]):
    """A file on its way, or what became of it; `verdict`, `submission` and `sha256` once it is received.

    An archive has no verdict and no submission: the files in it have.
    """

    id = serializers.UUIDField()
    batch = serializers.UUIDField(source="batch_id")
    state = serializers.CharField()
    file_name = serializers.CharField()
    source_path = serializers.CharField()
    modified_at = serializers.DateTimeField(allow_null=True)
    length = serializers.IntegerField()
    offset = serializers.IntegerField()
    expires_at = serializers.DateTimeField()
    verdict = serializers.CharField(source="submission.verdict", default=None)
    submission = serializers.UUIDField(source="submission_id", allow_null=True)
    sha256 = serializers.CharField(source="proven_sha256", allow_null=True)
    reason = serializers.CharField()
    message = serializers.CharField()


class DeclarationSerializer(serializers.Serializer[Any]):
    """That a file is held, shown by the digests of the ranges that were asked for."""

    digests = serializers.ListField(
        child=serializers.RegexField(r"^[0-9a-fA-F]{64}$"),
        min_length=3,
        max_length=3,
        help_text="SHA-256 of each range of `Icse-Ranges`, in its order, in hex.",
    )
