"""The API of who sees a material or a series: the reasons, the parts of its audience, the grants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.audit.viewing import views
from accounts.grants.serializers import GrantRequestSerializer, GrantSerializer
from accounts.http import officer_of
from accounts.policies import Permission
from accounts.signing_in.proof import RecentlyAuthenticated
from evidence.granting import end_material_grant, grant_material
from evidence.queries import get_visible_material
from series.contexts.access import material_access, series_access
from series.serializers import AccessSerializer
from series.services.granting import end_series_grant, grant_series

if TYPE_CHECKING:
    from uuid import UUID

    from rest_framework.request import Request


class MaterialAccessView(RecentlyAuthenticated):
    """Who sees a material."""

    @extend_schema(operation_id="materials_access_retrieve", responses=AccessSerializer)
    @views("access.viewed", Permission.MATERIAL_SEE)
    def get(self, request: Request, material_id: UUID) -> Response:
        """Return why you see it; for the country that handed it in, also who else does, and its grants."""
        return Response(AccessSerializer(material_access(officer_of(request), material_id)).data)

    @extend_schema(request=GrantRequestSerializer, responses={201: GrantSerializer})
    def post(self, request: Request, material_id: UUID) -> Response:
        """Open what your country handed in of it to one officer or unit."""
        officer = officer_of(request)
        material = get_visible_material(officer, material_id)
        grant = grant_material(by=officer, material=material, **_terms(request))
        return Response(GrantSerializer(grant).data, status=201)


class MaterialGrantView(APIView):
    """One grant of a material."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, material_id: UUID, grant_id: UUID) -> Response:
        """End a grant of your country."""
        officer = officer_of(request)
        material = get_visible_material(officer, material_id)
        end_material_grant(by=officer, material=material, grant_id=grant_id)
        return Response(status=204)


class SeriesAccessView(RecentlyAuthenticated):
    """Who sees a series."""

    @extend_schema(operation_id="series_access_retrieve", responses=AccessSerializer)
    @views("access.viewed", Permission.MATERIAL_SEE)
    def get(self, request: Request, series_id: UUID) -> Response:
        """Return why you see it; for the country that keeps it, also who else does, and its grants."""
        return Response(AccessSerializer(series_access(officer_of(request), series_id)).data)

    @extend_schema(request=GrantRequestSerializer, responses={201: GrantSerializer})
    def post(self, request: Request, series_id: UUID) -> Response:
        """Open a series of your country to one officer or unit."""
        grant = grant_series(by=officer_of(request), series_id=series_id, **_terms(request))
        return Response(GrantSerializer(grant).data, status=201)


class SeriesGrantView(APIView):
    """One grant of a series."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, series_id: UUID, grant_id: UUID) -> Response:
        """End a grant of your country."""
        end_series_grant(by=officer_of(request), series_id=series_id, grant_id=grant_id)
        return Response(status=204)


def _terms(request: Request) -> dict[str, Any]:
    told = GrantRequestSerializer(data=request.data)
    told.is_valid(raise_exception=True)
    return dict(told.validated_data)
