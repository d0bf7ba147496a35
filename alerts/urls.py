from django.urls import path

from alerts import views

app_name = "alerts"

urlpatterns = [
    path("", views.index, name="list"),
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
