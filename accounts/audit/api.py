"""The API of the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.pagination import CursorPagination

from accounts.audit.forms import CriteriaForm
from accounts.audit.queries import list_events
from accounts.audit.recording import note
from accounts.audit.serializers import EventSerializer
from accounts.http import officer_of

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response


class EventPages(CursorPagination):
    """Pages that follow each other by `next`; a log of millions is not counted."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = ("-happened_at", "-pk")


class AuditView(GenericAPIView[Any]):
    """The audit log, as far as you may read it."""

    serializer_class = EventSerializer
    pagination_class = EventPages

    @extend_schema(
        operation_id="audit_list",
        parameters=[OpenApiParameter(name, str) for name in CriteriaForm.base_fields],
        responses=EventSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List sealed events, the newest first: your own, those of your country, or all, by your role."""
        form = CriteriaForm(request.query_params)
        if not form.is_valid():
            raise ValidationError(form.errors.get_json_data())
        note("audit.viewed", asked=form.criteria.told())
        page = self.paginate_queryset(list_events(officer_of(request), form.criteria)) or []
        return self.get_paginated_response([EventSerializer(event).data for event in page])
