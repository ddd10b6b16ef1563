"""The API of materials and of what the machines found on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response

from accounts.audit.viewing import views
from accounts.http import officer_of
from accounts.policies import Permission
from evidence.queries import get_visible_material, list_materials, list_visible_submissions
from media_analysis.queries.facts import capture_facts, list_faces
from media_analysis.queries.matches import list_matches
from media_analysis.queries.progress import WAITING, list_analyses, progress_of
from media_analysis.serializers import MatchSerializer, MaterialDetailSerializer, MaterialSerializer

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from rest_framework.request import Request

    from accounts.models import Officer
    from evidence.models import Material


class MaterialsView(GenericAPIView["Material"]):
    """The materials that you may see."""

    serializer_class = MaterialSerializer

    @extend_schema(operation_id="materials_list", responses=MaterialSerializer(many=True))
    @views("materials.listed", Permission.MATERIAL_SEE)
    def get(self, request: Request) -> Response:
        """List materials, those handed in last first."""
        page = self.paginate_queryset(list_materials(officer_of(request))) or []
        states = _states(officer_of(request), [material.pk for material in page])
        return self.get_paginated_response(
            [MaterialSerializer(material, context={"states": states}).data for material in page]
        )


class MaterialView(GenericAPIView["Material"]):
    """One material."""

    serializer_class = MaterialDetailSerializer

    @extend_schema(responses=MaterialDetailSerializer)
    @views("material.viewed", Permission.MATERIAL_SEE)
    def get(self, request: Request, material_id: UUID) -> Response:
        """Return everything about a material that you may see."""
        officer = officer_of(request)
        material = get_visible_material(officer, material_id)
        progress = progress_of(officer, [material_id]).get(material_id, WAITING)
        context = {
            "states": {material_id: progress.state},
            "failure": progress.failure,
            "analyses": list_analyses(material_id) if progress.is_over else [],
            "capture": capture_facts(officer, material_id),
            "faces": list_faces(officer, material_id),
            "submissions": list_visible_submissions(officer, material),
        }
        return Response(MaterialDetailSerializer(material, context=context).data)


class MaterialMatchesView(GenericAPIView["Material"]):
    """What connects a material with others."""

    serializer_class = MatchSerializer

    @extend_schema(
        parameters=[OpenApiParameter("kind", str, many=True, description="Only these kinds.")],
        responses=MatchSerializer(many=True),
    )
    @views("matches.listed", Permission.MATERIAL_SEE)
    def get(self, request: Request, material_id: UUID) -> Response:
        """List the matches of a material with others that you may see, the strongest kind first."""
        officer = officer_of(request)
        get_visible_material(officer, material_id)
        kinds = request.query_params.getlist("kind") or None
        page = self.paginate_queryset(list_matches(officer, material_id, kinds)) or []
        states = _states(officer, [match.other.pk for match in page])
        return self.get_paginated_response(
            [MatchSerializer(match, context={"states": states}).data for match in page]
        )


def _states(officer: Officer, material_ids: Collection[UUID]) -> dict[UUID, str]:
    return {pk: progress.state for pk, progress in progress_of(officer, material_ids).items()}
