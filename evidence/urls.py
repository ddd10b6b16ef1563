from django.urls import path

from evidence.views import media

app_name = "evidence"

urlpatterns = [
    path("materials/<uuid:material_id>/playable/", media.playable, name="playable"),
    path("materials/<uuid:material_id>/original/", media.original, name="original"),
    path("materials/<uuid:material_id>/media/<slug:kind>/", media.derivative, name="derivative"),
]
