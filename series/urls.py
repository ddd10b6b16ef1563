from django.urls import path

from series.views import access, decisions, matches, materials, queue, series

urlpatterns = [
    path("", queue.queue, name="queue"),
    path("materials/<uuid:material_id>/", materials.material, name="material"),
    path("materials/<uuid:material_id>/tab/", materials.material_tab, name="material_tab"),
    path("materials/<uuid:material_id>/overview/", materials.material_overview, name="material_overview"),
    path("materials/<uuid:material_id>/progress/", materials.material_progress, name="material_progress"),
    path("materials/<uuid:material_id>/access/", access.material_access, name="material_access"),
    path(
        "materials/<uuid:material_id>/grants/<uuid:grant_id>/end/",
        access.end_access_to_material,
        name="end_access_to_material",
    ),
    path("matches/<str:match_id>/", matches.match, name="match"),
    path("matches/<str:match_id>/decision/", matches.decide, name="decide"),
    path("matches/<str:match_id>/later/", matches.later, name="decide_later"),
    path("decisions/", decisions.decisions, name="decisions"),
    path("decisions/undo/", matches.undo_decision, name="undo_decision"),
    path("series/", series.series_list, name="series_list"),
    path("series/additions/", series.add_to_series, name="add_to_series"),
    path("series/<uuid:series_id>/", series.series, name="series"),
    path("series/<uuid:series_id>/description/", series.describe, name="describe_series"),
    path("series/<uuid:series_id>/sharing/", series.share, name="share_series"),
    path("series/<uuid:series_id>/removals/", series.remove_from_series, name="remove_from_series"),
    path("series/<uuid:series_id>/merges/", series.merge, name="merge_series"),
    path("series/<uuid:series_id>/access/", access.series_access, name="series_access"),
    path(
        "series/<uuid:series_id>/grants/<uuid:grant_id>/end/",
        access.end_access_to_series,
        name="end_access_to_series",
    ),
]
