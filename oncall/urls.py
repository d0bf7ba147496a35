from django.urls import path

from oncall import policy_views, views

app_name = "oncall"

urlpatterns = [
    path("", views.now, name="now"),
    path("policies/", policy_views.index, name="policies"),
    path("policies/new/", policy_views.edit, name="new_policy"),
    path("policies/preview/", policy_views.preview, name="preview_policy"),
    path("policies/<slug:slug>/", policy_views.edit, name="policy"),
    path("policies/<slug:slug>/archive/", policy_views.archive, name="archive_policy"),
    path("shifts/", views.shifts, name="shifts"),
    path("overrides/add/", views.override, name="override"),
    path("overrides/<int:pk>/cancel/", views.cancel, name="cancel"),
    path("cover/ask/", views.ask, name="ask"),
    path("cover/<int:pk>/<slug:verb>/", views.answer, name="answer"),
]
