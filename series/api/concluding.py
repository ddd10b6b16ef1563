"""The API of what officers conclude: decisions, series, proposals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.audit.viewing import asks, views
from accounts.http import officer_of
from accounts.policies import Permission
from media_analysis.queries.matches import get_match
from media_analysis.queries.progress import progress_of
from media_analysis.serializers import MaterialSerializer
from series.pairs import Pair
from series.queries.decisions import country_decisions, get_decision
from series.queries.listing import (
    find_merge_target,
    get_visible_series,
    list_series,
    series_devices,
    series_materials,
    series_places,
)
from series.queries.proposals import propose_for_series
from series.queries.queue import proposals_to_decide
from series.serializers import (
    CountryDecisionSerializer,
    DecisionRequestSerializer,
    DecisionSerializer,
    MaterialIdsSerializer,
    MergeRequestSerializer,
    ProposalSerializer,
    QueuedMatchSerializer,
    SeriesChangeSerializer,
    SeriesDetailSerializer,
    SeriesRequestSerializer,
    SeriesSerializer,
    SharingRequestSerializer,
)
from series.services.curating import (
    add_materials,
    create_series,
    describe_series,
    remove_materials,
    share_series,
)
from series.services.decisions import decide_match, withdraw_decision
from series.services.merging import merge_series

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from rest_framework.request import Request
    from rest_framework.serializers import Serializer

    from accounts.models import Officer
    from evidence.models import Material


class DecisionView(APIView):
    """What your country holds of a match."""

    @extend_schema(responses=DecisionSerializer)
    @views("match.viewed", Permission.MATERIAL_SEE)
    def get(self, request: Request, match_id: str) -> Response:
        """Return the decision that stands; 404 where your country has not decided."""
        officer = officer_of(request)
        return Response(DecisionSerializer(get_decision(officer, _pair(officer, match_id))).data)

    @extend_schema(request=DecisionRequestSerializer, responses=DecisionSerializer)
    def post(self, request: Request, match_id: str) -> Response:
        """Decide the match; what your country said before is superseded."""
        officer = officer_of(request)
        said = _told(request, DecisionRequestSerializer)
        decision = decide_match(by=officer, pair=_pair(officer, match_id), **said)
        return Response(DecisionSerializer(decision).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, match_id: str) -> Response:
        """Take the decision back."""
        officer = officer_of(request)
        withdraw_decision(by=officer, pair=_pair(officer, match_id))
        return Response(status=204)


class CountryDecisionsView(GenericAPIView[Any]):
    """What the countries hold of a match."""

    serializer_class = CountryDecisionSerializer
    pagination_class = None

    @extend_schema(operation_id="matches_decisions_list", responses=CountryDecisionSerializer(many=True))
    @views("match.viewed", Permission.MATERIAL_SEE)
    def get(self, request: Request, match_id: str) -> Response:
        """List your country's decision first, then those that others share with you."""
        officer = officer_of(request)
        said = country_decisions(officer, _pair(officer, match_id))
        return Response([CountryDecisionSerializer(each).data for each in said])


class ProposalsView(GenericAPIView[Any]):
    """Matches that wait for your country's decision."""

    serializer_class = QueuedMatchSerializer

    @extend_schema(operation_id="proposals_list", responses=QueuedMatchSerializer(many=True))
    @views("queue.viewed", Permission.MATERIAL_SEE)
    def get(self, request: Request) -> Response:
        """List undecided matches that touch material of your country, urgent first."""
        officer = officer_of(request)
        page = self.paginate_queryset(proposals_to_decide(officer)) or []
        context = _states(officer, [side for each in page for side in (each.match.left, each.match.right)])
        return self.get_paginated_response(
            [QueuedMatchSerializer(each, context=context).data for each in page]
        )


class SeriesListView(GenericAPIView[Any]):
    """The open series that you may see."""

    serializer_class = SeriesSerializer

    @extend_schema(
        operation_id="series_list",
        parameters=[OpenApiParameter("q", str, description="Words of the name or description.")],
        responses=SeriesSerializer(many=True),
    )
    @views("series.listed", Permission.MATERIAL_SEE)
    def get(self, request: Request) -> Response:
        """List series, those changed last first."""
        words = request.query_params.get("q", "")
        asks(words=words, page=request.query_params.get("page"))
        shown = list_series(officer_of(request), words=words)
        page = self.paginate_queryset(shown) or []
        return self.get_paginated_response([SeriesSerializer(each).data for each in page])

    @extend_schema(request=SeriesRequestSerializer, responses={201: SeriesDetailSerializer})
    def post(self, request: Request) -> Response:
        """Start a series from a selection of materials and the copies of them that you may see."""
        officer = officer_of(request)
        series = create_series(by=officer, **_told(request, SeriesRequestSerializer))
        return Response(_detail(officer, series.pk), status=201)


class SeriesView(APIView):
    """One series."""

    @extend_schema(operation_id="series_retrieve", responses=SeriesDetailSerializer)
    @views("series.viewed", Permission.MATERIAL_SEE)
    def get(self, request: Request, series_id: UUID) -> Response:
        """Return a series with its devices and places."""
        return Response(_detail(officer_of(request), series_id))

    @extend_schema(request=SeriesChangeSerializer, responses=SeriesDetailSerializer)
    def patch(self, request: Request, series_id: UUID) -> Response:
        """Change name, description or priority."""
        officer = officer_of(request)
        describe_series(by=officer, series_id=series_id, **_told(request, SeriesChangeSerializer))
        return Response(_detail(officer, series_id))


class SeriesSharingView(APIView):
    """Who may see a series."""

    @extend_schema(request=SharingRequestSerializer, responses=SeriesDetailSerializer)
    def post(self, request: Request, series_id: UUID) -> Response:
        """Open the series to all members, or close it to your country."""
        officer = officer_of(request)
        share_series(by=officer, series_id=series_id, **_told(request, SharingRequestSerializer))
        return Response(_detail(officer, series_id))


class SeriesMaterialsView(GenericAPIView[Any]):
    """The materials of a series."""

    serializer_class = MaterialSerializer

    @extend_schema(operation_id="series_materials_list", responses=MaterialSerializer(many=True))
    @views("series.viewed", Permission.MATERIAL_SEE)
    def get(self, request: Request, series_id: UUID) -> Response:
        """List the materials of a series that you may see, in the order in which they were added."""
        officer = officer_of(request)
        materials = series_materials(officer, get_visible_series(officer, series_id))
        page = self.paginate_queryset(materials) or []
        context = _states(officer, page)
        return self.get_paginated_response([MaterialSerializer(each, context=context).data for each in page])

    @extend_schema(request=MaterialIdsSerializer, responses=SeriesDetailSerializer)
    def post(self, request: Request, series_id: UUID) -> Response:
        """Put materials and the copies of them that you may see into the series; those in it stay."""
        officer = officer_of(request)
        add_materials(by=officer, series_id=series_id, **_told(request, MaterialIdsSerializer))
        return Response(_detail(officer, series_id))


class SeriesMaterialView(APIView):
    """A material's place in a series."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, series_id: UUID, material_id: UUID) -> Response:
        """Take a material, and the copies of it that you may see, out of the series."""
        remove_materials(by=officer_of(request), series_id=series_id, material_ids=[material_id])
        return Response(status=204)


class SeriesMergeView(APIView):
    """Two series become one."""

    @extend_schema(request=MergeRequestSerializer, responses=SeriesDetailSerializer)
    def post(self, request: Request, series_id: UUID) -> Response:
        """Bring another series of your country into this one; the other points here from then on."""
        officer = officer_of(request)
        merge_series(by=officer, series_id=series_id, **_told(request, MergeRequestSerializer))
        return Response(_detail(officer, series_id))


class SeriesProposalsView(GenericAPIView[Any]):
    """What could belong to a series."""

    serializer_class = ProposalSerializer

    @extend_schema(operation_id="series_proposals_list", responses=ProposalSerializer(many=True))
    @views("series.viewed", Permission.MATERIAL_SEE)
    def get(self, request: Request, series_id: UUID) -> Response:
        """List materials that match the series and are not in it, the strongest reasons first."""
        officer = officer_of(request)
        proposals = propose_for_series(officer, get_visible_series(officer, series_id))
        page = self.paginate_queryset(proposals) or []
        context = _states(officer, [each.material for each in page])
        return self.get_paginated_response([ProposalSerializer(each, context=context).data for each in page])


def _pair(officer: Officer, match_id: str) -> Pair:
    match = get_match(officer, match_id)
    return Pair.of(match.kind, match.left.pk, match.right.pk)


def _told(request: Request, expected: type[Serializer[Any]]) -> dict[str, Any]:
    told = expected(data=request.data)
    told.is_valid(raise_exception=True)
    return dict(told.validated_data)


def _detail(officer: Officer, series_id: UUID) -> dict[str, Any]:
    series = get_visible_series(officer, series_id)
    context = {
        "merged_into": find_merge_target(officer, series),
        "devices": series_devices(officer, series),
        "places": series_places(officer, series),
    }
    return dict(SeriesDetailSerializer(series, context=context).data)


def _states(officer: Officer, materials: Iterable[Material]) -> dict[str, Any]:
    progress = progress_of(officer, {material.pk for material in materials})
    return {"states": {pk: each.state for pk, each in progress.items()}}
