from django.urls import path

from incidents import similar_views, views

app_name = "incidents"

urlpatterns = [
    path("", views.index, name="list"),
    path("new/", views.create, name="create"),
    path("<str:key>/split/<int:comment>/", views.split, name="split"),
    path("<str:key>/retime/", views.retime, name="retime"),
    path("<str:key>/similar/", similar_views.panel, name="similar"),
    path("<str:key>/similar/<slug:verb>/", similar_views.decide, name="decide_similar"),
    path("<str:key>/", views.detail, name="detail"),
]
