from django.urls import path

from services import views

app_name = "services"

urlpatterns = [
    path("", views.index, name="list"),
    path("<slug:slug>/simulation/", views.simulation, name="simulation"),
    path("<slug:slug>/", views.detail, name="detail"),
]
