from django.urls import path

from evidence.api import OriginalView, SubmissionSharingView, SubmissionsView

urlpatterns = (
    path("submissions/", SubmissionsView.as_view(), name="api_submissions"),
    path(
        "submissions/<uuid:submission_id>/sharing/",
        SubmissionSharingView.as_view(),
        name="api_submission_sharing",
    ),
    path("materials/<uuid:material_id>/original/", OriginalView.as_view(), name="api_original"),
)
