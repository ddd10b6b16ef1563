from django.urls import path

from evidence.api import OriginalView, SubmissionRetryView, SubmissionSharingView, SubmissionsView

urlpatterns = (
    path("submissions/", SubmissionsView.as_view(), name="api_submissions"),
    path(
        "submissions/<uuid:submission_id>/sharing/",
        SubmissionSharingView.as_view(),
        name="api_submission_sharing",
    ),
    path(
        "submissions/<uuid:submission_id>/retry/", SubmissionRetryView.as_view(), name="api_retry_submission"
    ),
    path("materials/<uuid:material_id>/original/", OriginalView.as_view(), name="api_original"),
)
