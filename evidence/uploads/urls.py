from django.urls import path

from evidence.uploads import views

urlpatterns = [
    path("upload/", views.upload, name="upload"),
    path("upload/sheet/", views.upload_sheet, name="upload_sheet"),
    path("upload/<uuid:batch_id>/end/", views.end, name="end_batch"),
    path("upload/<uuid:batch_id>/files.csv", views.report, name="batch_report"),
]
