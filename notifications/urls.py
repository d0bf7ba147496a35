from django.urls import path

from notifications.views import answering, notices

app_name = "notifications"

urlpatterns = [
    path("", notices.index, name="list"),
    path("bell/", notices.bell, name="bell"),
    path("read-all/", notices.read_all, name="read_all"),
    path("preferences/", notices.choose, name="preferences"),
    path("a/<str:signed>/", answering.answer, name="answer"),
    path("<int:notice>/", notices.follow, name="follow"),
    path("<int:notice>/read/", notices.read, name="read"),
]
