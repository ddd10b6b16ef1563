from django.urls import path

from series.api.access import MaterialAccessView, MaterialGrantView, SeriesAccessView, SeriesGrantView
from series.api.concluding import (
    CountryDecisionsView,
    DecisionView,
    ProposalsView,
    SeriesListView,
    SeriesMaterialsView,
    SeriesMaterialView,
    SeriesMergeView,
    SeriesProposalsView,
    SeriesSharingView,
    SeriesView,
)

urlpatterns = (
    path("matches/<str:match_id>/decision/", DecisionView.as_view(), name="api_decision"),
    path("matches/<str:match_id>/decisions/", CountryDecisionsView.as_view(), name="api_country_decisions"),
    path("proposals/", ProposalsView.as_view(), name="api_proposals"),
    path("series/", SeriesListView.as_view(), name="api_series_list"),
    path("series/<uuid:series_id>/", SeriesView.as_view(), name="api_series"),
    path("series/<uuid:series_id>/sharing/", SeriesSharingView.as_view(), name="api_series_sharing"),
    path("series/<uuid:series_id>/materials/", SeriesMaterialsView.as_view(), name="api_series_materials"),
    path(
        "series/<uuid:series_id>/materials/<uuid:material_id>/",
        SeriesMaterialView.as_view(),
        name="api_series_material",
    ),
    path("materials/<uuid:material_id>/access/", MaterialAccessView.as_view(), name="api_material_access"),
    path(
        "materials/<uuid:material_id>/access/<uuid:grant_id>/",
        MaterialGrantView.as_view(),
        name="api_material_grant",
    ),
    path("series/<uuid:series_id>/access/", SeriesAccessView.as_view(), name="api_series_access"),
    path(
        "series/<uuid:series_id>/access/<uuid:grant_id>/",
        SeriesGrantView.as_view(),
        name="api_series_grant",
    ),
    path("series/<uuid:series_id>/merge/", SeriesMergeView.as_view(), name="api_series_merge"),
    path("series/<uuid:series_id>/proposals/", SeriesProposalsView.as_view(), name="api_series_proposals"),
)
