"""The addresses below /v2/, without a trailing slash, as Opsgenie's clients call them."""

from django.urls import path

from oncall.opsgenie import views
from oncall.opsgenie.envelope import address

app_name = "opsgenie"

_one = "schedules/<str:ident>"
urlpatterns = [
    path("schedules", address(get=views.list_schedules, post=views.create_schedule), name="schedules"),
    path("schedules/on-calls", address(get=views.all_on_calls), name="all_on_calls"),
    path(_one, address(get=views.get_schedule, patch=views.change_schedule, delete=views.delete_schedule), name="schedule"),
    path(f"{_one}/on-calls", address(get=views.on_calls), name="on_calls"),
    path(f"{_one}/next-on-calls", address(get=views.next_on_calls), name="next_on_calls"),
    path(f"{_one}/timeline", address(get=views.timeline), name="timeline"),
    path(f"{_one}/rotations", address(get=views.list_rotations, post=views.create_rotation), name="rotations"),
    path(
        f"{_one}/rotations/<str:rotation>",
        address(get=views.get_rotation, patch=views.change_rotation, delete=views.delete_rotation),
        name="rotation",
    ),
    path(f"{_one}/overrides", address(get=views.list_overrides, post=views.create_override), name="overrides"),
    path(
        f"{_one}/overrides/<str:alias>",
        address(get=views.get_override, put=views.change_override, delete=views.delete_override),
        name="override",
    ),
    path("escalations", address(get=views.list_escalations, post=views.create_escalation), name="escalations"),
    path(
        "escalations/<str:ident>", address(get=views.get_escalation, patch=views.change_escalation, delete=views.delete_escalation), name="escalation"
    ),
    path("teams", address(get=views.list_teams), name="teams"),
    path("teams/<str:ident>", address(get=views.get_team), name="team"),
    path("users", address(get=views.list_users), name="users"),
    path("users/<str:ident>", address(get=views.get_user), name="user"),
]
