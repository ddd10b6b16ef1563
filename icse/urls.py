"""Every address of the platform, room by room."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

from accounts.consumers import HintsConsumer
from icse.health import healthz, readyz
from icse.metrics import metrics
from icse.watch import platform, platform_figures

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("platform/", platform, name="platform"),
    path("platform/figures/", platform_figures, name="platform_figures"),
    path("", include("accounts.urls")),
    path("", include("accounts.onboarding.urls")),
    path("", include("accounts.audit.urls")),
    path("", include("accounts.sharing.urls")),
    path("", include("evidence.urls")),
    path("", include("evidence.submission_urls")),
    path("", include("evidence.uploads.urls")),
    path("", include("evidence.retention.urls")),
    path("", include("media_analysis.urls")),
    path("", include("series.urls")),
    path("", include("series.hits.urls")),
    path("", include("search.urls")),
    path("", include("forum.urls")),
    path("api/v1/", include("accounts.audit.api_urls")),
    path("api/v1/", include("accounts.sharing.api_urls")),
    path("api/v1/", include("evidence.api_urls")),
    path("api/v1/", include("evidence.uploads.api_urls")),
    path("api/v1/", include("evidence.retention.api_urls")),
    path("api/v1/", include("media_analysis.api_urls")),
    path("api/v1/", include("series.api_urls")),
    path("api/v1/", include("series.hits.api_urls")),
    path("api/v1/", include("search.api_urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api_schema"),
]

websocket_urlpatterns: list[URLPattern | URLResolver] = [
    path("ws/hints/", HintsConsumer.as_asgi()),
]

handler400 = "icse.common.pages.bad_request"
handler403 = "icse.common.pages.permission_denied"
handler404 = "icse.common.pages.page_not_found"
handler500 = "icse.common.pages.server_error"
