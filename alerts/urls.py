from django.urls import path

from alerts import group_views, heartbeat_views, integration_views, rule_views, views

app_name = "alerts"

urlpatterns = [
    path("", views.index, name="list"),
    path("integrations/", integration_views.index, name="integrations"),
    path("integrations/connect/", integration_views.connect, name="connect"),
    path("integrations/connect/<slug:tool>/", integration_views.new, name="connect_tool"),
    path("integrations/<int:pk>/", integration_views.detail, name="integration"),
    path("integrations/<int:pk>/change/", integration_views.change, name="change_integration"),
    path("integrations/<int:pk>/try/", integration_views.try_out, name="try_integration"),
    path("integrations/<int:pk>/mapping/", integration_views.mapping, name="map_integration"),
    path("integrations/<int:pk>/came/<int:stamp>/<int:row>/", integration_views.came, name="came"),
    path("integrations/<int:pk>/came/<int:stamp>/<int:row>/replay/", integration_views.replay, name="replay"),
    path("integrations/<int:pk>/rules/add/", rule_views.add, name="add_rule"),
    path("integrations/<int:pk>/rules/<int:rule_id>/", rule_views.change, name="change_rule"),
    path("integrations/<int:pk>/rules/<int:rule_id>/<slug:verb>/", rule_views.act, name="act_on_rule"),
    path("integrations/<int:pk>/<slug:verb>/", integration_views.act, name="act_on_integration"),
    path("heartbeats/", heartbeat_views.index, name="heartbeats"),
    path("heartbeats/new/", heartbeat_views.new, name="new_heartbeat"),
    path("heartbeats/<int:pk>/", heartbeat_views.detail, name="heartbeat"),
    path("heartbeats/<int:pk>/change/", heartbeat_views.change, name="change_heartbeat"),
    path("heartbeats/<int:pk>/pause/", heartbeat_views.pause, name="pause_heartbeat"),
    path("heartbeats/<int:pk>/resume/", heartbeat_views.resume, name="resume_heartbeat"),
    path("heartbeats/<int:pk>/delete/", heartbeat_views.delete, name="delete_heartbeat"),
    path("call/", views.call, name="call"),
    path("of/<str:key>/", views.panel, name="panel"),
    path("change/<slug:verb>/", views.bulk, name="bulk"),
    path("<int:number>/", views.detail, name="detail"),
    path("<int:number>/owner/", views.owner, name="owner"),
    path("<int:number>/snooze/", views.snooze, name="snooze"),
    path("<int:number>/note/", views.note, name="note"),
    path("<int:number>/page/", views.page, name="page"),
    path("<int:number>/ungroup/", group_views.ungroup, name="ungroup"),
    path("<int:number>/regroup/", group_views.regroup, name="regroup"),
    path("<int:number>/rejoin/<int:group>/", group_views.rejoin, name="rejoin"),
    path("<int:number>/attach/", views.attach, name="attach"),
    path("<int:number>/<slug:verb>/", views.act, name="act"),
]
