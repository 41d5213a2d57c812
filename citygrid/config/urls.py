"""All addresses of the platform, by module."""

from django.urls import include, path
from django.views.i18n import set_language

from citygrid.kernel.web import PUBLIC, requires

urlpatterns = [
    path("", include("citygrid.access.web.urls")),
    path("", include("citygrid.desk.web.urls")),
    path("language/", requires(PUBLIC)(set_language), name="set_language"),
]
