"""The API of searching: by words, by picture, by face."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response

from accounts.audit.viewing import asks, views
from accounts.http import officer_of
from accounts.policies import Permission
from evidence.receiving import ReceivedUpload, StreamingUploadHandler
from evidence.store import store
from icse.pagination import Pages
from media_analysis.queries.progress import progress_of
from search.errors import PICTURE_LIMIT, PictureTooLarge, PictureUnanswered
from search.queries.faces import like_faces
from search.queries.pictures import get_picture_query, list_hits, wait_for_answer
from search.queries.words import text_search
from search.serializers import (
    FaceHitSerializer,
    FacetSerializer,
    HitSerializer,
    LikeFaceQuestionSerializer,
    PictureHitSerializer,
    PictureQuerySerializer,
    PictureQuestionSerializer,
    SearchAnswerSerializer,
)
from search.services.asking import ask_picture
from search.terms import FACETS, SearchTerms

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from rest_framework.request import Request

    from accounts.models import Officer
    from evidence.models import Material
    from search.models import PictureQuery

PATIENCE_S: Final = 25.0

_ANSWERS: Final = {
    200: PictureHitSerializer(many=True),
    202: OpenApiResponse(PictureQuerySerializer, description="Not answered yet: ask `Location` again."),
}
_FACET_PARAMETERS: Final = [
    OpenApiParameter(name, str, many=True, description="Only these values; named once for each.")
    for name in FACETS
]


class SearchView(GenericAPIView[Any]):
    """One search over words, hashes and serial numbers."""

    serializer_class = HitSerializer

    @extend_schema(
        operation_id="search_retrieve",
        parameters=[
            OpenApiParameter("q", str, description="Words, a digest, a PDQ hash or a serial number."),
            *_FACET_PARAMETERS,
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int),
        ],
        responses=SearchAnswerSerializer,
    )
    @views("search.asked", Permission.MATERIAL_SEE)
    def get(self, request: Request) -> Response:
        """Find materials; each says why it was found. The facets count what you may see."""
        officer = officer_of(request)
        terms = SearchTerms.from_querydict(request.query_params)
        asks(**terms.told(), page=request.query_params.get("page"))
        search = text_search(officer, terms)
        hits = search.explain(self.paginate_queryset(search.materials()) or [])
        context = _states(officer, [hit.material for hit in hits])
        answer = self.get_paginated_response([HitSerializer(hit, context=context).data for hit in hits])
        answer.data["facets"] = [FacetSerializer(facet).data for facet in search.facets()]
        return answer


class PictureSearchView(GenericAPIView[Any]):
    """Search with a picture."""

    parser_classes = (MultiPartParser, JSONParser)
    serializer_class = PictureHitSerializer

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        """Stream the picture straight into the store's incoming folder."""
        request.upload_handlers = [StreamingUploadHandler(request, store())]
        return super().initialize_request(request, *args, **kwargs)

    @extend_schema(operation_id="search_image", request=PictureQuestionSerializer, responses=_ANSWERS)
    @views("search.asked", Permission.MATERIAL_SEE)
    def post(self, request: Request) -> Response:
        """Ask what is connected with a picture or a part of it, and wait a while for the answer."""
        officer = officer_of(request)
        if int(request.META.get("CONTENT_LENGTH") or 0) > PICTURE_LIMIT:
            raise PictureTooLarge(PICTURE_LIMIT)
        try:
            query = _ask(officer, request)
        finally:
            _discard_uploads(request)
        return _answer(request, officer, wait_for_answer(officer, query.pk, seconds=PATIENCE_S))


class PictureAnswerView(GenericAPIView[Any]):
    """The answer to a picture search."""

    serializer_class = PictureHitSerializer

    @extend_schema(operation_id="search_image_answer", responses=_ANSWERS)
    @views("search.asked", Permission.MATERIAL_SEE)
    def get(self, request: Request, query_id: UUID) -> Response:
        """Return what one of your picture searches found, the strongest kind first."""
        officer = officer_of(request)
        return _answer(request, officer, get_picture_query(officer, query_id))


class LikeFaceView(GenericAPIView[Any]):
    """Search by face."""

    serializer_class = FaceHitSerializer

    @extend_schema(
        operation_id="faces_like_list",
        parameters=[
            OpenApiParameter("also", str, many=True, description="Ids of further faces to search with."),
            OpenApiParameter("mode", str, enum=["any", "all"], description="One of them, or all."),
        ],
        responses=FaceHitSerializer(many=True),
    )
    @views("search.asked", Permission.MATERIAL_SEE)
    def get(self, request: Request, face_id: UUID) -> Response:
        """List materials with faces like these, the nearest first; `is_candidate` is within the threshold."""
        officer = officer_of(request)
        told = LikeFaceQuestionSerializer(data=request.query_params)
        told.is_valid(raise_exception=True)
        asked = [face_id, *told.validated_data["also"]]
        asks(faces=asked, together=told.validated_data["mode"] == "all")
        hits = like_faces(officer, asked, together=told.validated_data["mode"] == "all")
        page = self.paginate_queryset(hits) or []
        context = _states(officer, [hit.material for hit in page])
        return self.get_paginated_response([FaceHitSerializer(hit, context=context).data for hit in page])


class _AnswerPages(Pages):
    """Pages whose links lead to the answer's own address, also where the question was POSTed elsewhere."""

    def __init__(self, address: str) -> None:
        self._address = address

    def get_next_link(self) -> str | None:
        """Return the address of the next page."""
        return self._moved(super().get_next_link())

    def get_previous_link(self) -> str | None:
        """Return the address of the page before."""
        return self._moved(super().get_previous_link())

    def _moved(self, link: str | None) -> str | None:
        return f"{self._address}?{urlsplit(link).query}" if link else None


def _ask(officer: Officer, request: Request) -> PictureQuery:
    told = PictureQuestionSerializer(data=request.data)
    told.is_valid(raise_exception=True)
    asked = {name: value for name, value in told.validated_data.items() if name != "file"}
    upload = request.FILES.get("file")
    received = upload.received if isinstance(upload, ReceivedUpload) else None
    return ask_picture(by=officer, upload=received, **asked)


def _discard_uploads(request: Request) -> None:
    for upload in request.FILES.values():
        if isinstance(upload, ReceivedUpload):
            upload.received.discard()


def _answer(request: Request, officer: Officer, query: PictureQuery) -> Response:
    asks(**query.asked_with())
    address = request.build_absolute_uri(reverse("api_search_image_answer", args=[query.pk]))
    if query.state == "failed":
        raise PictureUnanswered(query.error)
    if query.state == "waiting":
        return Response(PictureQuerySerializer(query).data, status=202, headers={"Location": address})
    pages = _AnswerPages(address)
    page = pages.paginate_queryset(list_hits(officer, query), request) or []
    context = _states(officer, [hit.other for hit in page])
    answer = pages.get_paginated_response([PictureHitSerializer(hit, context=context).data for hit in page])
    answer["Content-Location"] = address
    return answer


def _states(officer: Officer, materials: Iterable[Material]) -> dict[str, Any]:
    progress = progress_of(officer, {material.pk for material in materials})
    return {"states": {pk: each.state for pk, each in progress.items()}}
