"""The page of the terminal, the same for everybody, so that a phone can keep it; what it shows comes by the API."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citygrid.kernel.web import PUBLIC, requires
from citygrid.kernel.words import in_language
from citygrid.terminal.web import built
from citygrid.terminal.web.words import WORDS
from citygrid.ui.lamps import SHAPES
from citygrid.ui.middleware import plays_from_memory

SIZES = (192, 512)
ACCENT, PAPER = "#0d4a94", "#ffffff"


@requires(PUBLIC)
@never_cache
@require_safe
def page(request: Any) -> HttpResponse:
    """The shell in the language of the caller; nothing in it belongs to anybody."""
    get_token(request)  # sets the cookie by which calls of the API prove that they come from our page
    return plays_from_memory(render(request, "terminal/page.html", {"told": _told(request), "accent": ACCENT}))


@requires(PUBLIC)
@never_cache
@require_safe
def worker(request: Any) -> HttpResponse:
    """The service worker, told which files to keep; another version of any of them makes it another worker."""
    words = json.dumps(_told(request), sort_keys=True)
    shell = {"version": built.version(words), "page": reverse("terminal"), "files": built.files()}
    script = f"self.SHELL = {json.dumps(shell)};\n{built.worker_source()}"
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


@requires(PUBLIC)
@never_cache
@require_safe
def manifest(request: Any) -> HttpResponse:
    """By which a phone installs the page as an app."""
    start = reverse("terminal")
    told = {
        "id": start,
        "start_url": start,
        "scope": start,
        "name": _("CityGrid terminal"),
        "short_name": _("Terminal"),
        "lang": request.LANGUAGE_CODE,
        "display": "standalone",
        "orientation": "portrait",
        "theme_color": ACCENT,
        "background_color": PAPER,
        "icons": [_icon(size) for size in SIZES],
    }
    return JsonResponse(told, content_type="application/manifest+json")


def _icon(size: int) -> dict[str, str]:
    address = static(f"terminal/icon-{size}.png")
    return {"src": address, "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any maskable"}


def _told(request: Any) -> dict[str, Any]:
    """What the script of the page starts from (frontend/terminal/page.ts)."""
    return {
        "language": request.LANGUAGE_CODE,
        "words": {name: str(words) for name, words in WORDS.items()},
        "lamps": SHAPES,
        "icons": static("dist/icons.svg"),
        "bases": [
            {
                "name": one.name,
                "label": in_language(one.name_zh, one.name_en),
                "grid": one.grid,
                "deepest": one.deepest,
                "credit": one.credit,
            }
            for one in settings.BASE_MAPS.values()
        ],
        "urls": {
            "page": reverse("terminal"),
            "worker": reverse("terminal-worker"),
            "signIn": f"{reverse('sign-in')}?next={reverse('terminal')}",
            "signOut": reverse("sign-out"),
            "desk": reverse("home"),
            "language": reverse("set_language"),
        },
    }
