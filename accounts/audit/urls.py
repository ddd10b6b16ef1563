from django.urls import path

from accounts.audit.views import log

urlpatterns = [
    path("audit/", log.log, name="audit"),
    path("audit/export/", log.export, name="audit_export"),
    path("audit/checkpoints/", log.checkpoints, name="audit_checkpoints"),
    path("audit/checkpoints/file/", log.checkpoints_file, name="audit_checkpoints_file"),
]
