from django.urls import path

from oncall import handing_views, load_views, policy_views, schedule_views, views

app_name = "oncall"

urlpatterns = [
    path("", views.now, name="now"),
    path("policies/", policy_views.index, name="policies"),
    path("policies/new/", policy_views.edit, name="new_policy"),
    path("policies/preview/", policy_views.preview, name="preview_policy"),
    path("policies/<slug:slug>/", policy_views.edit, name="policy"),
    path("policies/<slug:slug>/archive/", policy_views.archive, name="archive_policy"),
    path("shifts/", views.shifts, name="shifts"),
    path("load/", load_views.report, name="load"),
    path("schedules/new/", schedule_views.new, name="new_schedule"),
    path("schedules/<slug:slug>/", schedule_views.change, name="change_schedule"),
    path("schedules/<slug:slug>/rotations/add/", schedule_views.add_rotation, name="add_rotation"),
    path("schedules/<slug:slug>/rotations/<int:pk>/", schedule_views.rotation, name="rotation"),
    path("schedules/<slug:slug>/rotations/<int:pk>/remove/", schedule_views.remove_rotation, name="remove_rotation"),
    path("schedules/<slug:slug>/note/", handing_views.note, name="note"),
    path("feeds/", handing_views.subscribe, name="subscribe"),
    path("feeds/<str:signed>.ics", handing_views.feed, name="feed"),
    path("overrides/add/", views.override, name="override"),
    path("overrides/<int:pk>/cancel/", views.cancel, name="cancel"),
    path("cover/ask/", views.ask, name="ask"),
    path("cover/<int:pk>/<slug:verb>/", views.answer, name="answer"),
]
