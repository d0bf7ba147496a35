from django.urls import path

from notifications import views

app_name = "notifications"

urlpatterns = [
    path("", views.index, name="list"),
    path("bell/", views.bell, name="bell"),
    path("read-all/", views.read_all, name="read_all"),
    path("preferences/", views.choose, name="preferences"),
    path("<int:notice>/", views.follow, name="follow"),
    path("<int:notice>/read/", views.read, name="read"),
]
