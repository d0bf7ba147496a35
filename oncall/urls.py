from django.urls import path

from oncall.views import calendars, handing, load, policies, rota, routing, schedules

app_name = "oncall"

urlpatterns = [
    path("", rota.now, name="now"),
    path("policies/", policies.index, name="policies"),
    path("policies/new/", policies.edit, name="new_policy"),
    path("policies/preview/", policies.preview, name="preview_policy"),
    path("policies/<slug:slug>/", policies.edit, name="policy"),
    path("policies/<slug:slug>/archive/", policies.archive, name="archive_policy"),
    path("routing/", routing.index, name="routing"),
    path("routing/rules/<int:pk>/", routing.change, name="routing_rule"),
    path("routing/rules/<int:pk>/remove/", routing.remove, name="remove_routing_rule"),
    path("routing/rules/<int:pk>/<slug:direction>/", routing.move, name="move_routing_rule"),
    path("routing/<slug:slug>/add/", routing.add, name="add_routing_rule"),
    path("shifts/", rota.shifts, name="shifts"),
    path("away/", calendars.away, name="away"),
    path("away/forget/", calendars.forget_away, name="forget_away"),
    path("load/", load.report, name="load"),
    path("schedules/new/", schedules.new, name="new_schedule"),
    path("schedules/<slug:slug>/", schedules.change, name="change_schedule"),
    path("schedules/<slug:slug>/rotations/add/", schedules.add_rotation, name="add_rotation"),
    path("schedules/<slug:slug>/rotations/<int:pk>/", schedules.rotation, name="rotation"),
    path("schedules/<slug:slug>/rotations/<int:pk>/remove/", schedules.remove_rotation, name="remove_rotation"),
    path("schedules/<slug:slug>/note/", handing.note, name="note"),
    path("schedules/<slug:slug>/calendar/", calendars.overrides, name="calendar"),
    path("schedules/<slug:slug>/calendar/forget/", calendars.forget_overrides, name="forget_calendar"),
    path("feeds/", handing.subscribe, name="subscribe"),
    path("feeds/<str:signed>.ics", handing.feed, name="feed"),
    path("overrides/add/", rota.override, name="override"),
    path("overrides/<int:pk>/cancel/", rota.cancel, name="cancel"),
    path("cover/ask/", rota.ask, name="ask"),
    path("cover/<int:pk>/<slug:verb>/", rota.answer, name="answer"),
]
