"""Every address of the platform, room by room."""

from django.urls import URLPattern, URLResolver, include, path

from icse.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("", include("accounts.urls")),
    path("", include("evidence.urls")),
    path("api/v1/", include("evidence.api_urls")),
    path("api/v1/", include("media_analysis.api_urls")),
]

websocket_urlpatterns: list[URLPattern] = []

handler400 = "icse.common.pages.bad_request"
handler403 = "icse.common.pages.permission_denied"
handler404 = "icse.common.pages.page_not_found"
handler500 = "icse.common.pages.server_error"
