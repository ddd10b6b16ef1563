from django.urls import path

from media_analysis.api import MaterialMatchesView, MaterialsView, MaterialView

urlpatterns = (
    path("materials/", MaterialsView.as_view(), name="api_materials"),
    path("materials/<uuid:material_id>/", MaterialView.as_view(), name="api_material"),
    path("materials/<uuid:material_id>/matches/", MaterialMatchesView.as_view(), name="api_material_matches"),
)
