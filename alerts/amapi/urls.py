"""Alertmanager's addresses, at the root and below /am/<key>/."""

from django.urls import re_path

from alerts.amapi import views
from alerts.amapi.views import address

app_name = "amapi"

urlpatterns = [
    re_path(r"^api/v2/alerts/?$", address(get=views.list_alerts), name="alerts"),
    re_path(r"^api/v2/alerts/groups/?$", address(get=views.list_groups), name="groups"),
    re_path(r"^api/v2/silences/?$", address(get=views.list_silences, post=views.put_silence), name="silences"),
    re_path(r"^api/v2/silence/(?P<silence_id>[^/]+)/?$", address(get=views.get_silence, delete=views.delete_silence), name="silence"),
    re_path(r"^api/v2/receivers/?$", address(get=views.list_receivers), name="receivers"),
    re_path(r"^api/v2/status/?$", address(get=views.get_status), name="status"),
    re_path(r"^-/healthy/?$", views.healthy, name="healthy"),
    re_path(r"^-/ready/?$", views.healthy, name="ready"),
]
