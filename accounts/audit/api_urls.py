from django.urls import path

from accounts.audit.api import AuditView

urlpatterns = (path("audit/", AuditView.as_view(), name="api_audit"),)
