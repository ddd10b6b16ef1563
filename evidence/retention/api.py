"""The API of how long something is kept, and how it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.audit.viewing import showed, views
from accounts.http import officer_of
from accounts.policies import Permission
from accounts.signing_in.proof import RecentlyAuthenticated
from evidence.retention.acts import Act, perform
from evidence.retention.policies import check_can_see_retention
from evidence.retention.queries import Part, get_withdrawal, list_disposals, list_retained
from evidence.retention.serializers import (
    ActSerializer,
    DisposalSerializer,
    DoneSerializer,
    RetainedSerializer,
    RetentionQuerySerializer,
    VerdictSerializer,
    WithdrawalSerializer,
)
from evidence.retention.services import approve_withdrawal, decline_withdrawal

if TYPE_CHECKING:
    from uuid import UUID

    from rest_framework.request import Request

    from evidence.retention.models import Disposal, RetainedSubmission
    from evidence.retention.querysets import DisposalQuerySet, RetainedQuerySet


class RetentionView(GenericAPIView["RetainedSubmission"]):
    """What your country keeps, and for how long."""

    serializer_class = RetainedSerializer

    def get_queryset(self) -> RetainedQuerySet:
        """Return the part that is asked for."""
        asked = RetentionQuerySerializer(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        part, words = asked.validated_data["part"], asked.validated_data["q"]
        return list_retained(officer_of(self.request), Part(part), words)

    @extend_schema(parameters=[RetentionQuerySerializer], responses=RetainedSerializer(many=True))
    @views("retention.listed", Permission.MATERIAL_SUBMIT)
    def get(self, request: Request) -> Response:
        """List what is due, or another part."""
        check_can_see_retention(officer_of(request))
        page = self.paginate_queryset(self.get_queryset()) or []
        showed(retained.pk for retained in page)
        return self.get_paginated_response(RetainedSerializer(page, many=True).data)

    @extend_schema(request=ActSerializer, responses=DoneSerializer)
    def post(self, request: Request) -> Response:
        """Review, hold, release, restrict or keep submissions, or ask for them to be withdrawn."""
        officer = officer_of(request)
        check_can_see_retention(officer)
        told = ActSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        wanted = told.validated_data
        done = perform(
            Act(wanted["act"]),
            by=officer,
            submission_ids=wanted["submissions"],
            reason=wanted["reason"],
            retain_until=wanted["retain_until"],
        )
        return Response(DoneSerializer(done).data)


class DisposalsView(GenericAPIView["Disposal"]):
    """What your country had disposed of."""

    serializer_class = DisposalSerializer

    def get_queryset(self) -> DisposalQuerySet:
        """Return the tombstones of the officer's country."""
        return list_disposals(officer_of(self.request))

    @extend_schema(responses=DisposalSerializer(many=True))
    @views("disposals.listed", Permission.MATERIAL_SUBMIT)
    def get(self, request: Request) -> Response:
        """List what is left of it: ids, hash and days."""
        check_can_see_retention(officer_of(request))
        page = self.paginate_queryset(self.get_queryset()) or []
        showed(disposal.submission_id for disposal in page)
        return self.get_paginated_response(DisposalSerializer(page, many=True).data)


class WithdrawalView(APIView):
    """One withdrawal of your country."""

    @extend_schema(responses=WithdrawalSerializer)
    @views("withdrawal.viewed", Permission.MATERIAL_SUBMIT)
    def get(self, request: Request, withdrawal_id: UUID) -> Response:
        """Return why it is asked for, and who decided it."""
        officer = officer_of(request)
        check_can_see_retention(officer)
        return Response(WithdrawalSerializer(get_withdrawal(officer, withdrawal_id)).data)


class WithdrawalDecisionView(RecentlyAuthenticated):
    """The second pair of eyes on a withdrawal."""

    @extend_schema(request=VerdictSerializer, responses=WithdrawalSerializer)
    def post(self, request: Request, withdrawal_id: UUID) -> Response:
        """Approve what a colleague asked to withdraw, or decline it, and say why."""
        officer = officer_of(request)
        asked = get_withdrawal(officer, withdrawal_id)
        told = VerdictSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        decide = approve_withdrawal if told.validated_data["verdict"] == "approve" else decline_withdrawal
        decide(by=officer, withdrawal_id=asked.withdrawal.pk, note=told.validated_data["note"])
        return Response(WithdrawalSerializer(get_withdrawal(officer, withdrawal_id)).data)
