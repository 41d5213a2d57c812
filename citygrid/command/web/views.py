"""The page across a room: what the district is like now, for those who lead the evening."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citygrid.command import permissions
from citygrid.kernel import clock
from citygrid.kernel.web import requires


@requires(permissions.VIEW)
@never_cache
@require_safe
def page(request: Any) -> HttpResponse:
    """The whole page."""
    return render(request, "command/page.html", {"now": clock.now()})
