from django.urls import path

from oncall import views

app_name = "oncall"

urlpatterns = [
    path("", views.now, name="now"),
    path("shifts/", views.shifts, name="shifts"),
    path("overrides/add/", views.override, name="override"),
    path("overrides/<int:pk>/cancel/", views.cancel, name="cancel"),
    path("cover/ask/", views.ask, name="ask"),
    path("cover/<int:pk>/<slug:verb>/", views.answer, name="answer"),
]
