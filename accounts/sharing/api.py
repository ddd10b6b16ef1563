"""The API of what can be named when something is shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.audit.viewing import views
from accounts.http import officer_of
from accounts.policies import Permission
from accounts.sharing.policies import check_can_see_groups
from accounts.sharing.queries import default_level, list_default_groups, list_groups, list_units
from accounts.sharing.serializers import SharingChoicesSerializer

if TYPE_CHECKING:
    from rest_framework.request import Request


class SharingChoicesView(APIView):
    """The sharing groups and units that can be named when something is shared."""

    @extend_schema(operation_id="sharing_retrieve", responses=SharingChoicesSerializer)
    @views("groups.listed", Permission.MATERIAL_SEE)
    def get(self, request: Request) -> Response:
        """Return your country's groups, units and default level."""
        officer = officer_of(request)
        check_can_see_groups(officer)
        choices = {
            "default": default_level(officer.unit.country).value,
            "default_groups": [group.pk for group in list_default_groups(officer)],
            "groups": list_groups(officer),
            "units": list_units(officer.unit.country),
        }
        return Response(SharingChoicesSerializer(choices).data)
