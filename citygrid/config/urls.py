"""All addresses of the platform, by module."""

from django.urls import include, path
from django.views.i18n import set_language

from citygrid.config.api import api
from citygrid.kernel.web import LIVE_ROOT, PUBLIC, requires

urlpatterns = [
    path("api/v1/", api.urls),
    path("", include("citygrid.access.web.urls")),
    path("evidence/", include("citygrid.evidence.web.urls")),
    path("streams/", include("citygrid.evidence.web.stream_urls")),
    path("", include("citygrid.desk.web.urls")),
    path("open311/", include("citygrid.exchange.open311.urls")),
    path("", include("citygrid.exchange.web.urls")),
    path("command/", include("citygrid.command.web.urls")),
    path("portal/", include("citygrid.portal.web.urls")),
    path("terminal/", include("citygrid.terminal.web.urls")),
    path(LIVE_ROOT.removeprefix("/"), include("citygrid.live.web.urls")),
    path("language/", requires(PUBLIC)(set_language), name="set_language"),
]

# Django's own refusals, and faults, are told like ours.
handler400 = "citygrid.ui.problems.unreadable"
handler403 = "citygrid.ui.problems.closed"
handler404 = "citygrid.ui.problems.unknown"
handler500 = "citygrid.ui.problems.broken"
