"""The API of related holdings: what your country was told, and what it was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.audit.viewing import views
from accounts.http import officer_of
from accounts.policies import Permission
from series.hits.queries import list_asked, list_hits
from series.hits.serializers import ContactAnswerSerializer, RelatedHoldingsSerializer
from series.hits.services import answer_contact, ask_for_contact

if TYPE_CHECKING:
    from uuid import UUID

    from rest_framework.request import Request


class RelatedHoldingsView(APIView):
    """That other units hold related material, and that they ask about yours."""

    @extend_schema(operation_id="hits_list", responses=RelatedHoldingsSerializer)
    @views("hits.listed", Permission.MATERIAL_SEE)
    def get(self, request: Request) -> Response:
        """Return the last hits of your country and the last requests for contact that it has got."""
        officer = officer_of(request)
        told = {"hits": list_hits(officer), "asked": list_asked(officer)}
        return Response(RelatedHoldingsSerializer(told).data)


class AskForContactView(APIView):
    """Contact with whoever holds what is related."""

    @extend_schema(operation_id="hits_contact", request=None, responses={204: None})
    def post(self, request: Request, hit_id: UUID) -> Response:
        """Ask for contact; you hear of it if they agree, and of nothing otherwise."""
        ask_for_contact(by=officer_of(request), hit_id=hit_id)
        return Response(status=204)


class AnswerContactView(APIView):
    """A request for contact that your country has got."""

    @extend_schema(operation_id="contacts_answer", request=ContactAnswerSerializer, responses={204: None})
    def post(self, request: Request, contact_id: UUID) -> Response:
        """Agree, upon which both sides learn country and unit, or decline, of which nobody is told."""
        told = ContactAnswerSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        agrees = told.validated_data["answer"] == "agree"
        answer_contact(by=officer_of(request), contact_id=contact_id, agrees=agrees)
        return Response(status=204)
