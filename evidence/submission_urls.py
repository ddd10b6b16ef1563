from django.urls import path

from evidence.views import sharing

urlpatterns = [
    path("submissions/<uuid:submission_id>/sharing/", sharing.sharing, name="submission_sharing"),
]
