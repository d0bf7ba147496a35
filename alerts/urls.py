from django.urls import path

from alerts import heartbeat_views, views

app_name = "alerts"

urlpatterns = [
    path("", views.index, name="list"),
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
    path("<int:number>/attach/", views.attach, name="attach"),
    path("<int:number>/<slug:verb>/", views.act, name="act"),
]
