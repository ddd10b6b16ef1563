from django.urls import path

from evidence.views import sharing, upload

urlpatterns = [
    path("upload/", upload.upload, name="upload"),
    path("upload/sheet/", upload.upload_sheet, name="upload_sheet"),
    path("submissions/<uuid:submission_id>/sharing/", sharing.sharing, name="submission_sharing"),
]
