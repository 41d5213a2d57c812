"""What everybody reads: the home page, public cases, figures. All of it comes through the gate of `cases`."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from citygrid.cases import queries as cases
from citygrid.cases.queries import PublicCase, PublicFilter
from citygrid.evidence.choices import Rendition
from citygrid.geography import queries as geography
from citygrid.kernel import clock
from citygrid.kernel.errors import NotFound
from citygrid.kernel.web import PUBLIC, requires
from citygrid.portal.web.forms import CasesForm

PAGE, LATEST = 20, 5
FIGURES_DAYS = 90
STEPS = (  # what a case went through, in public words
    ("opened_at", gettext_lazy("Reported")),
    ("filed_at", gettext_lazy("Accepted")),
    ("dispatched_at", gettext_lazy("Given to the unit that handles it")),
    ("handled_at", gettext_lazy("Work done, to be checked")),
    ("closed_at", gettext_lazy("Closed")),
)
SHOWN = (Rendition.PUBLIC, Rendition.THUMBNAIL)


@requires(PUBLIC)
@require_safe
def home(request: Any) -> HttpResponse:
    """Report, find, look: and the newest cases."""
    return render(request, "portal/home.html", {"cases": cases.public_cases(PublicFilter(), limit=LATEST)})


@requires(PUBLIC)
@require_safe
def cases_list(request: Any) -> HttpResponse:
    """Public cases, the newest first, page by page."""
    form = CasesForm(request.GET)
    asked = form.asked() if form.is_valid() else PublicFilter()
    found = cases.public_cases(asked, limit=PAGE + 1, after=request.GET.get("after", "")[:30])
    following = request.GET.copy()
    following["after"] = found[PAGE - 1].number if len(found) > PAGE else ""
    told = {"form": form, "cases": found[:PAGE], "next": following.urlencode() if following["after"] else ""}
    return render(request, "portal/cases.html", told)


@requires(PUBLIC)
@require_safe
def case(request: Any, number: str) -> HttpResponse:
    """One public case: what it is, how it stands, what was done; the number of a bundled one leads to what is kept."""
    found = shown_case(number)
    if found.number != number:
        return redirect("portal-case", found.number)
    point = (found.lon, found.lat) if found.lon is not None and found.lat is not None else None
    steps = [(words, at) for name, words in STEPS if (at := getattr(found, name))]
    place = geography.place_names([found.area_code], request.LANGUAGE_CODE).get(found.area_code, "")
    return render(request, "portal/case.html", {"case": found, "steps": steps, "point": point, "place": place})


@requires(PUBLIC)
@require_safe
def photo(request: Any, number: str, media_id: UUID, rendition: str) -> Any:
    """A copy of a photo of a public case."""
    if rendition not in SHOWN:
        raise NotFound(what=_("photo"))
    copy = cases.photo(shown_case(number), media_id, rendition)
    headers = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "no-cache"}
    return FileResponse(copy, content_type="image/jpeg", headers=headers)


@requires(PUBLIC)
@require_safe
def figures(request: Any) -> HttpResponse:
    """Cases by street in the last 90 days; what is too few is not told."""
    now: datetime = clock.now()
    rows = cases.public_streets(now - timedelta(days=FIGURES_DAYS), now)
    names = geography.place_names([row.street for row in rows], request.LANGUAGE_CODE)
    named = [replace(row, street=names.get(row.street, row.street)) for row in rows]
    return render(request, "portal/figures.html", {"rows": named, "days": FIGURES_DAYS, "least": cases.LEAST_TOLD})


@requires(PUBLIC)
@require_safe
def accessibility(request: Any) -> HttpResponse:
    """What the pages do for everybody to be able to use them, and where they fall short."""
    return render(request, "portal/accessibility.html")


def shown_case(number: str) -> PublicCase:
    """The public case of a number; NotFound (404)."""
    found = cases.public_case(number)
    if found is None:
        raise NotFound(what=_("case"))
    return found
