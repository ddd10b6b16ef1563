from django.urls import path

from evidence.uploads.api import (
    BatchesView,
    BatchFilesView,
    BatchView,
    UploadDeclarationView,
    UploadFinishView,
    UploadsView,
    UploadView,
)

urlpatterns = (
    path("batches/", BatchesView.as_view(), name="api_batches"),
    path("batches/<uuid:batch_id>/", BatchView.as_view(), name="api_batch"),
    path("batches/<uuid:batch_id>/files/", BatchFilesView.as_view(), name="api_batch_files"),
    path("uploads/", UploadsView.as_view(), name="api_uploads"),
    path("uploads/<uuid:upload_id>/", UploadView.as_view(), name="api_upload"),
    path("uploads/<uuid:upload_id>/finish/", UploadFinishView.as_view(), name="api_finish_upload"),
    path("uploads/<uuid:upload_id>/declaration/", UploadDeclarationView.as_view(), name="api_declare_upload"),
)
