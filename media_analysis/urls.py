from django.urls import path

from media_analysis.views import progress, set_aside

urlpatterns = [
    path("upload/set-aside/", set_aside.set_aside, name="set_aside"),
    path("upload/set-aside/retry/", set_aside.retry_everything, name="retry_all"),
    path("submissions/<uuid:submission_id>/retry/", set_aside.retry, name="retry"),
    path("upload/<uuid:batch_id>/", progress.batch, name="batch"),
    path("upload/<uuid:batch_id>/progress/", progress.batch_fragment, name="batch_fragment"),
    path("running/", progress.running, name="running"),
]
