"""All addresses of the platform, by module."""

from django.urls import include, path

urlpatterns = [
    path("", include("citygrid.access.web.urls")),
]
