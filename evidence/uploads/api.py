"""The API of files on their way: batches, and resumable uploads after tus 1.0.0."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.audit.viewing import showed, views
from accounts.http import officer_of
from accounts.policies import Permission
from evidence.policies import check_can_submit_material
from evidence.uploads.declaring import declare_upload, ranges_to_show
from evidence.uploads.errors import BadUploadRequest
from evidence.uploads.protocol import (
    ALGORITHMS,
    EXTENSIONS,
    VERSION,
    check_version,
    http_date,
    length_of,
    metadata_of,
    piece_of,
)
from evidence.uploads.queries import (
    get_own_batch,
    get_own_upload,
    list_unfinished_batches,
    list_unfinished_uploads,
    list_uploads,
)
from evidence.uploads.serializers import (
    BatchRequestSerializer,
    BatchSerializer,
    DeclarationSerializer,
    UploadSerializer,
)
from evidence.uploads.services import (
    Announced,
    add_piece,
    discard_upload,
    end_batch,
    finish_upload,
    open_batch,
    open_upload,
    standing_of,
)

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase
    from rest_framework.request import Request

    from evidence.uploads.models import Batch, Upload
    from evidence.uploads.querysets import BatchQuerySet, UploadQuerySet

_OVERRIDE: Final = "X-HTTP-Method-Override"
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")


def _header(
    name: str, what: str, kind: Any = OpenApiTypes.STR, *, required: bool = False
) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, required=required, description=what)


_TUS: Final = _header("Tus-Resumable", "The version of the protocol: 1.0.0.", required=True)
_METADATA: Final = (
    "Keys with values in Base64: `batch` (required), `filename`, `path`, `modified` (milliseconds of Unix"
    " time), `sha256` (hex; what arrives is refused if it is another)."
)


class _Sending(APIView):
    """What only those may ask who hand in material."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check that before anything is looked up; which methods there are, everybody may know."""
        super().initial(request, *args, **kwargs)
        if request.method in self.allowed_methods and request.method != "OPTIONS":
            check_can_submit_material(officer_of(request))


class BatchesView(_Sending, GenericAPIView["Batch"]):
    """Batches of files, each with what is said of all of them."""

    serializer_class = BatchSerializer

    def get_queryset(self) -> BatchQuerySet:
        """Return the officer's batches of which something is still missing, newest first."""
        return list_unfinished_batches(officer_of(self.request))

    @extend_schema(responses=BatchSerializer(many=True))
    @views("uploads.listed", Permission.MATERIAL_SUBMIT)
    def get(self, request: Request) -> Response:
        """List your batches of which not every announced file has arrived or was refused."""
        return _page(self, self.get_queryset())

    @extend_schema(request=BatchRequestSerializer, responses={201: BatchSerializer})
    def post(self, request: Request) -> Response:
        """Open a batch."""
        told = BatchRequestSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        batch = open_batch(by=officer_of(request), **told.told())
        return Response(BatchSerializer(batch).data, status=HTTPStatus.CREATED)


class BatchView(_Sending):
    """A batch of yours."""

    @extend_schema(responses=BatchSerializer)
    @views("uploads.listed", Permission.MATERIAL_SUBMIT)
    def get(self, request: Request, batch_id: UUID) -> Response:
        """Tell how far it is."""
        return Response(BatchSerializer(get_own_batch(officer_of(request), batch_id)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, batch_id: UUID) -> Response:
        """End it: unfinished files are discarded, what was received stays."""
        end_batch(by=officer_of(request), batch_id=batch_id)
        return Response(status=HTTPStatus.NO_CONTENT)


class BatchFilesView(_Sending, GenericAPIView["Upload"]):
    """The files of a batch of yours."""

    serializer_class = UploadSerializer

    @extend_schema(responses=UploadSerializer(many=True))
    @views("uploads.listed", Permission.MATERIAL_SUBMIT)
    def get(self, request: Request, batch_id: UUID) -> Response:
        """List them in the order in which they were begun, with what became of each."""
        officer = officer_of(request)
        return _page(self, list_uploads(officer, get_own_batch(officer, batch_id)))


class _TusView(_Sending):
    """An address of the protocol: tus names methods in a header where a network lets only POST through."""

    overrides: tuple[str, ...] = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Take the method that a POST says it stands for."""
        meant = request.headers.get(_OVERRIDE, "").upper()
        if request.method == "POST" and meant in self.overrides:
            request.method = meant
        return super().dispatch(request, *args, **kwargs)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """Tell what of the protocol is spoken here."""
        return Response(
            status=HTTPStatus.NO_CONTENT,
            headers={
                "Tus-Version": VERSION,
                "Tus-Extension": ",".join(EXTENSIONS),
                "Tus-Max-Size": str(settings.UPLOAD_LIMIT),
                "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
                "Allow": ", ".join(self.allowed_methods),
            },
        )

    def check_protocol(self, request: Request) -> None:
        """Check that the client speaks our version of the protocol.

        Raises:
            VersionUnknown: It does not.
        """
        check_version(request.headers.get("Tus-Resumable"))

    def handle_exception(self, exc: Exception) -> Response:
        """Answer an error; a version that is not spoken here is answered with the one that is."""
        answer = super().handle_exception(exc)
        if answer.status_code == HTTPStatus.PRECONDITION_FAILED:
            answer["Tus-Version"] = VERSION
        return answer


class UploadsView(_TusView, GenericAPIView["Upload"]):
    """Files on their way."""

    serializer_class = UploadSerializer

    def get_queryset(self) -> UploadQuerySet:
        """Return the officer's unfinished uploads, in the order in which they were begun."""
        return list_unfinished_uploads(officer_of(self.request))

    @extend_schema(responses=UploadSerializer(many=True))
    @views("uploads.listed", Permission.MATERIAL_SUBMIT)
    def get(self, request: Request) -> Response:
        """List your unfinished uploads."""
        return _page(self, self.get_queryset())

    @extend_schema(
        request=None,
        responses={201: None},
        parameters=[
            _TUS,
            _header("Upload-Length", "The length of the file in bytes.", OpenApiTypes.INT64, required=True),
            _header("Upload-Metadata", _METADATA, required=True),
        ],
    )
    def post(self, request: Request) -> Response:
        """Begin a file of a batch: tus creation. `Location` is where its bytes are sent.

        Where your own country holds the file that `sha256` announces, `Icse-Ranges` names three ranges of it
        (first and last byte): their digests, sent to `declaration/`, spare you sending the file.
        """
        self.check_protocol(request)
        length = length_of(request.headers)
        told = metadata_of(request.headers.get("Upload-Metadata", ""))
        upload = open_upload(
            by=officer_of(request), batch_id=_batch_of(told), announced=_announced(length, told)
        )
        headers = {"Location": reverse("api_upload", args=[upload.pk]), **_expiry(upload)}
        if ranges := ranges_to_show(by=officer_of(request), upload=upload):
            headers["Icse-Ranges"] = ",".join(f"{first}-{last}" for first, last in ranges)
        return Response(status=HTTPStatus.CREATED, headers=headers)


class UploadView(_TusView):
    """A file on its way."""

    overrides = ("PATCH", "DELETE")

    @extend_schema(responses=UploadSerializer)
    @views("uploads.listed", Permission.MATERIAL_SUBMIT)
    def get(self, request: Request, upload_id: UUID) -> Response:
        """Tell what became of it."""
        return Response(UploadSerializer(get_own_upload(officer_of(request), upload_id)).data)

    @extend_schema(responses={200: None}, parameters=[_TUS])
    def head(self, request: Request, upload_id: UUID) -> Response:
        """Tell in headers how much of it has arrived."""
        self.check_protocol(request)
        upload = standing_of(by=officer_of(request), upload_id=upload_id)
        return Response(headers={"Upload-Length": str(upload.length), **_standing(upload)})

    @extend_schema(
        request={"application/offset+octet-stream": bytes},
        responses={204: None},
        parameters=[
            _TUS,
            _header("Upload-Offset", "Where the piece begins.", OpenApiTypes.INT64, required=True),
            _header("Upload-Checksum", "`sha256` or `sha1`, a space, the digest of the piece in Base64."),
        ],
    )
    def patch(self, request: Request, upload_id: UUID) -> Response:
        """Send a piece of it. With the last one, `Icse-Verdict` and `Icse-Submission` say what it became.

        A ZIP or TAR archive becomes no submission itself: `Icse-State` says `unpacking`, and each file in it
        appears among the files of the batch.
        """
        self.check_protocol(request)
        piece = piece_of(request.headers)
        upload = add_piece(
            by=officer_of(request),
            upload_id=upload_id,
            piece=piece,
            body=request._request,
        )
        return Response(status=HTTPStatus.NO_CONTENT, headers=_standing(upload))

    @extend_schema(responses={204: None}, parameters=[_TUS])
    def delete(self, request: Request, upload_id: UUID) -> Response:
        """Discard what has arrived of it: tus termination."""
        self.check_protocol(request)
        discard_upload(by=officer_of(request), upload_id=upload_id)
        return Response(status=HTTPStatus.NO_CONTENT)


class UploadFinishView(_Sending):
    """The end of a file on its way."""

    @extend_schema(request=None, responses=UploadSerializer)
    def post(self, request: Request, upload_id: UUID) -> Response:
        """Make a submission of a whole file, where its last piece was not answered; once is enough."""
        return Response(UploadSerializer(finish_upload(by=officer_of(request), upload_id=upload_id)).data)


class UploadDeclarationView(_Sending):
    """A file on its way that need not be sent, because your country holds it."""

    @extend_schema(request=DeclarationSerializer, responses=UploadSerializer)
    def post(self, request: Request, upload_id: UUID) -> Response:
        """Declare it instead of sending it, by the digests of the ranges that were asked for."""
        told = DeclarationSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        upload = declare_upload(by=officer_of(request), upload_id=upload_id, **told.validated_data)
        return Response(UploadSerializer(upload).data)


def _page(view: GenericAPIView[Any], rows: BatchQuerySet | UploadQuerySet) -> Response:
    page = view.paginate_queryset(rows) or []
    showed(row.pk for row in page)
    return view.get_paginated_response(view.get_serializer(page, many=True).data)


def _batch_of(told: dict[str, str]) -> UUID:
    try:
        return UUID(told.get("batch", ""))
    except ValueError as fault:
        raise BadUploadRequest("Name in `Upload-Metadata` the `batch` that the file belongs to.") from fault


def _announced(length: int, told: dict[str, str]) -> Announced:
    return Announced(
        length=length,
        file_name=told.get("filename", "") or "unnamed",
        source_path=told.get("path", ""),
        modified_at=_moment_of(told.get("modified", "")),
        sha256=_sha256_of(told.get("sha256", "")),
    )


def _sha256_of(told: str) -> str:
    if told and not _SHA256.fullmatch(told):
        raise BadUploadRequest("`sha256` is 64 hexadecimal digits.")
    return told.lower()


def _moment_of(milliseconds: str) -> datetime | None:
    if not milliseconds:
        return None
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    except (ValueError, OverflowError, OSError) as fault:
        raise BadUploadRequest("`modified` is a time in milliseconds of Unix time.") from fault


def _expiry(upload: Upload) -> dict[str, str]:
    return {"Upload-Expires": http_date(upload.expires_at)} if upload.submission is None else {}


def _standing(upload: Upload) -> dict[str, str]:
    headers = {"Upload-Offset": str(upload.offset), "Cache-Control": "no-store", **_expiry(upload)}
    headers["Icse-State"] = str(upload.state)
    if upload.submission is not None:
        headers |= {
            "Icse-Verdict": upload.submission.verdict,
            "Icse-Submission": str(upload.submission.pk),
            "Icse-Sha256": upload.submission.material.sha256,
        }
    return headers
