"""The API of what is handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadhandler import StopUpload
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.audit.viewing import showed, views
from accounts.http import officer_of
from accounts.policies import Permission
from accounts.signing_in.proof import RecentlyAuthenticated
from evidence.attachments import original_as_attachment
from evidence.errors import FileMissing, FileTooLarge
from evidence.queries import get_visible_material, list_own_submissions
from evidence.quotas import check_room
from evidence.receiving import ReceivedUpload, StreamingUploadHandler
from evidence.resharing import share_submission
from evidence.retrying import retry_submission
from evidence.serializers import (
    OriginalRequestSerializer,
    SubmissionRequestSerializer,
    SubmissionSerializer,
    SubmissionSharingSerializer,
)
from evidence.services import Receipt, export_original, receive_file
from evidence.store import store

if TYPE_CHECKING:
    from uuid import UUID

    from django.http.response import HttpResponseBase
    from rest_framework.request import Request

    from evidence.models import Submission
    from evidence.querysets import SubmissionQuerySet


class SubmissionsView(GenericAPIView["Submission"]):
    """Hand in files; list what your country handed in."""

    parser_classes = (MultiPartParser,)
    serializer_class = SubmissionSerializer

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        """Stream files straight into the store's incoming folder, whoever reads the body first."""
        request.upload_handlers = [StreamingUploadHandler(request, store())]
        return super().initialize_request(request, *args, **kwargs)

    def get_queryset(self) -> SubmissionQuerySet:
        """Return the submissions of the officer's country, newest first."""
        return list_own_submissions(officer_of(self.request))

    @extend_schema(responses=SubmissionSerializer(many=True))
    @views("submissions.listed", Permission.MATERIAL_SUBMIT)
    def get(self, request: Request) -> Response:
        """List the submissions of your country, newest first."""
        page = self.paginate_queryset(self.get_queryset()) or []
        showed(submission.pk for submission in page)
        return self.get_paginated_response([SubmissionSerializer(each).data for each in page])

    @extend_schema(request=SubmissionRequestSerializer, responses={201: SubmissionSerializer})
    def post(self, request: Request) -> Response:
        """Hand in one file."""
        _check_size(request)
        told = SubmissionRequestSerializer(data=_whole_body(request))
        try:
            receipt = _receive(request, told)
        finally:
            _discard_uploads(request)
        return Response(SubmissionSerializer(receipt.submission).data, status=201)


class SubmissionSharingView(APIView):
    """Who may see a submission of your country."""

    @extend_schema(request=SubmissionSharingSerializer, responses=SubmissionSerializer)
    def patch(self, request: Request, submission_id: UUID) -> Response:
        """Open a submission of your country further, or close it; at once, everywhere."""
        told = SubmissionSharingSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        changed = share_submission(by=officer_of(request), submission_id=submission_id, **told.validated_data)
        return Response(SubmissionSerializer(changed).data)


class SubmissionRetryView(APIView):
    """A file of your country that was set aside."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, submission_id: UUID) -> Response:
        """Have it analyzed again; where it was not set aside, nothing happens."""
        retry_submission(by=officer_of(request), submission_id=submission_id)
        return Response(status=204)


class OriginalView(RecentlyAuthenticated):
    """The original of a material."""

    @extend_schema(request=OriginalRequestSerializer, responses={(200, "application/octet-stream"): bytes})
    def post(self, request: Request, material_id: UUID) -> HttpResponseBase:
        """Take an original out, for a reason that is kept; a condition of another country may forbid it."""
        told = OriginalRequestSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        officer = officer_of(request)
        material = get_visible_material(officer, material_id)
        submission = export_original(by=officer, material=material, **told.validated_data)
        return original_as_attachment(material, submission)


def _receive(request: Request, told: SubmissionRequestSerializer) -> Receipt:
    upload = request.FILES.get("file")
    if not isinstance(upload, ReceivedUpload):
        raise FileMissing
    told.is_valid(raise_exception=True)
    return receive_file(by=officer_of(request), upload=upload.received, details=told.details())


def _discard_uploads(request: Request) -> None:
    for upload in request.FILES.values():
        if isinstance(upload, ReceivedUpload):
            upload.received.discard()


def _check_size(request: Request) -> None:
    """Refuse from the request's head, before a byte of the body is read."""
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if length > settings.UPLOAD_LIMIT:
        raise FileTooLarge(settings.UPLOAD_LIMIT)
    check_room(length)


def _whole_body(request: Request) -> Any:
    try:
        return request.data
    except StopUpload as broken:
        raise FileMissing from broken
