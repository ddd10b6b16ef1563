from django.urls import path

from evidence.retention.api import DisposalsView, RetentionView, WithdrawalDecisionView, WithdrawalView

urlpatterns = (
    path("retention/", RetentionView.as_view(), name="api_retention"),
    path("retention/disposed/", DisposalsView.as_view(), name="api_disposals"),
    path("withdrawals/<uuid:withdrawal_id>/", WithdrawalView.as_view(), name="api_withdrawal"),
    path(
        "withdrawals/<uuid:withdrawal_id>/decision/",
        WithdrawalDecisionView.as_view(),
        name="api_decide_withdrawal",
    ),
)
