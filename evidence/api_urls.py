from django.urls import path

from evidence.api import SubmissionsView

urlpatterns = (path("submissions/", SubmissionsView.as_view(), name="api_submissions"),)
