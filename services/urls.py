from django.urls import path

from services import views

app_name = "services"

urlpatterns = [
    path("", views.index, name="list"),
    path("<slug:slug>/simulation/", views.simulation, name="simulation"),
    path("<slug:slug>/declare-down/", views.declare_down, name="declare_down"),
    path("<slug:slug>/declare-up/", views.declare_up, name="declare_up"),
    path("<slug:slug>/", views.detail, name="detail"),
]
