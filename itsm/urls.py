"""Every URL of the product, in one place."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from alerts import heartbeat_views
from alerts.opsgenie import files
from alerts.opsgenie.urls import unknown
from alerts.search_api import AlertSuggestView
from common.api import unknown_address
from common.query.api import SuggestView
from itsm.api import router
from notifications.views import pwa
from tickets.api.rights import PersonRightsView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="tickets:home"), name="home"),
    path("", include("tickets.urls")),
    path("", include("accounts.urls")),
    path("", include("operations.urls")),
    path("notifications/", include("notifications.urls")),
    path("incidents/", include("incidents.urls")),
    path("alerts/", include("alerts.urls")),
    path("services/", include("services.urls")),
    path("oncall/", include("oncall.urls")),
    path("v2/", include("alerts.opsgenie.urls")),
    path("v2/", include("oncall.opsgenie.urls")),
    path("v2/<path:rest>", unknown),
    path("files/alerts/<str:token>/", files.download, name="alert_file"),
    path("jsm/ops/integration/v2/", include("alerts.opsgenie.urls", namespace="jsm_alerts")),
    path("", include("alerts.amapi.urls")),
    path("am/<str:key>/", include("alerts.amapi.urls", namespace="am_by_key")),
    path("api/v1/alerts/suggest/", AlertSuggestView.as_view(), name="alert-suggest"),
    path("api/v1/query/suggest/", SuggestView.as_view(), name="query-suggest"),
    path("api/v1/people/<int:user_id>/permissions/", PersonRightsView.as_view(), name="person-permissions"),
    path("api/v1/", include(router.urls)),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("api/", unknown_address),
    path("api/<path:path>", unknown_address),
    path("ping/<uuid:uuid>", heartbeat_views.ping, name="ping"),
    path("ping/<uuid:uuid>/<str:signal>", heartbeat_views.ping, name="ping_signal"),
    path("ping/<str:ping_key>/<str:name>", heartbeat_views.ping_by_name, name="ping_by_name"),
    path("ping/<str:ping_key>/<str:name>/<str:signal>", heartbeat_views.ping_by_name, name="ping_by_name_signal"),
    path("badge/<uuid:badge>.<str:kind>", heartbeat_views.badge, name="badge"),
    path("worker.js", pwa.worker, name="worker"),
    path("manifest.webmanifest", pwa.manifest, name="manifest"),
    path("favicon.ico", RedirectView.as_view(url="/static/favicon.svg")),
    path("admin/", admin.site.urls),
]
