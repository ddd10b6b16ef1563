from django.urls import path

from media_analysis.views import progress

urlpatterns = [
    path("upload/<uuid:batch_id>/", progress.batch, name="batch"),
    path("upload/<uuid:batch_id>/progress/", progress.batch_fragment, name="batch_fragment"),
    path("running/", progress.running, name="running"),
]
