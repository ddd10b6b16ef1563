from django.urls import path

from evidence.views import upload

urlpatterns = [
    path("upload/", upload.upload, name="upload"),
    path("upload/sheet/", upload.upload_sheet, name="upload_sheet"),
]
