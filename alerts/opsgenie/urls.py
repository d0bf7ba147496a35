"""The addresses below /v2/alerts that read, as Opsgenie's clients call them, with or without a trailing slash: nothing is redirected."""

from django.urls import re_path

from alerts.opsgenie import files, gate, heartbeats, views
from oncall.opsgenie.envelope import address

app_name = "alerts_opsgenie"

_beat = r"heartbeats/(?P<name>[^/]+)"
_one = r"alerts/(?P<ident>.+?)"
urlpatterns = [
    re_path(r"^alerts/?$", address(gate.enter, get=views.list_alerts), name="alerts"),
    re_path(r"^alerts/count/?$", address(gate.enter, get=views.count_alerts), name="count"),
    re_path(r"^alerts/requests/(?P<request_id>[^/]+)/?$", address(gate.enter, get=views.get_request), name="request"),
    re_path(r"^alerts/saved-searches/?$", address(gate.enter, get=views.list_searches, post=views.create_search), name="searches"),
    re_path(
        r"^alerts/saved-searches/(?P<ident>[^/]+)/?$",
        address(gate.enter, get=views.get_search, patch=views.change_search, delete=views.delete_search),
        name="search",
    ),
    re_path(rf"^{_one}/notes/?$", address(gate.enter, get=views.list_notes), name="notes"),
    re_path(rf"^{_one}/logs/?$", address(gate.enter, get=views.list_logs), name="logs"),
    re_path(rf"^{_one}/recipients/?$", address(gate.enter, get=views.list_recipients), name="recipients"),
    re_path(rf"^{_one}/attachments/?$", address(gate.enter, get=files.list_files, post=files.add_file), name="files"),
    re_path(rf"^{_one}/attachments/(?P<attachment_id>[^/]+)/?$", address(gate.enter, get=files.get_file, delete=files.remove_file), name="file"),
    re_path(r"^heartbeats/?$", address(gate.enter, get=heartbeats.list_all, post=heartbeats.create), name="heartbeats"),
    re_path(
        rf"^{_beat}/ping/?$", address(gate.enter_to_write, **dict.fromkeys(("get", "post", "put", "patch"), heartbeats.ping)), name="heartbeat_ping"
    ),
    re_path(rf"^{_beat}/enable/?$", address(gate.enter, post=heartbeats.enable), name="enable_heartbeat"),
    re_path(rf"^{_beat}/disable/?$", address(gate.enter, post=heartbeats.disable), name="disable_heartbeat"),
    re_path(rf"^{_beat}/?$", address(gate.enter, get=heartbeats.get, patch=heartbeats.change, delete=heartbeats.delete), name="heartbeat"),
    re_path(rf"^{_one}/?$", address(gate.enter, get=views.get_alert), name="alert"),
]
unknown = address(gate.enter, get=views.unknown, post=views.unknown, put=views.unknown, patch=views.unknown, delete=views.unknown)
