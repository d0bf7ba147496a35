from django.urls import path

from operations import views

app_name = "operations"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics_page, name="metrics"),
    path("operations/", views.pager, name="pager"),
    path("operations/banner/", views.banner, name="banner"),
    path("palette/", views.palette, name="palette"),
    path("sidebar/", views.sidebar, name="sidebar"),
]
