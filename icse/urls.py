"""Every address of the platform, room by room."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("accounts.urls")),
    path("", include("evidence.urls")),
    path("api/v1/", include("evidence.api_urls")),
]

websocket_urlpatterns: list[URLPattern] = []
