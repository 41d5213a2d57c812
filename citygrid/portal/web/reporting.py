"""A report of somebody who does not sign in, and what became of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from citygrid.cases import queries as cases
from citygrid.cases.queries import PublicCase
from citygrid.evidence.errors import PhotoRefused
from citygrid.geography import queries as geography
from citygrid.geography.choices import Frame, Level
from citygrid.intake import queries as intake
from citygrid.intake import services
from citygrid.kernel import clock, limits
from citygrid.kernel.callers import address_of
from citygrid.kernel.errors import Refusal
from citygrid.kernel.memo import kept_a_moment
from citygrid.kernel.web import PUBLIC, requires
from citygrid.portal.web.forms import ReportForm, held, hold

REPORTS, PHOTOS, LOOKUPS = "portal.report", "portal.photo", "portal.receipt"
MOST = {REPORTS: 60, PHOTOS: 120, LOOKUPS: 300}  # an hour and address
NEAR_M, RECENT, SUSPECTS = 60, timedelta(days=14), 3


@requires(PUBLIC)
@never_cache
@require_http_methods(["GET", "POST"])
def report(request: Any) -> HttpResponse:
    """Words, a place, a photo; then what is known nearby, if anything is; then the receipt."""
    if request.method == "GET":
        return _draw(request, ReportForm(), [])
    form = ReportForm(request.POST, request.FILES)
    form.is_valid()
    photos = held(request.POST.get("held", ""))
    try:
        photos += _photos(request, form) if len(photos) < services.MOST_PHOTOS else []
        if not form.is_valid():
            return _draw(request, form, photos, status=422)
        if not form.cleaned_data["seen"] and (known := _known(form)):
            return _draw(request, form, photos, known=known)
        _count(request, REPORTS)
        key = str(form.cleaned_data["key"] or "")
        given = services.receive_from_visitor(report=form.report(photos), key=key, now=clock.now())
    except Refusal as refusal:
        form.add_error(None, f"{refusal} {refusal.advice}".strip())
        return _draw(request, form, photos, status=refusal.status, challenge=refusal.facts.get("challenge", ""))
    return redirect("portal-receipt", given.receipt)


@requires(PUBLIC)
@never_cache
@require_safe
def find(request: Any) -> HttpResponse:
    """To the page of a receipt or of a case, whichever is typed."""
    typed = request.GET.get("q", "").strip()[:40]
    if "-" in typed and cases.public_case(typed):
        return redirect("portal-case", typed)
    return redirect("portal-receipt", typed) if typed and "/" not in typed else redirect("portal")


@requires(PUBLIC)
@never_cache
@require_safe
def receipt(request: Any, receipt: str) -> HttpResponse:
    """What became of a report, for whoever holds its receipt; its case, once that is public."""
    _count(request, LOOKUPS)
    found = intake.status_of(receipt)
    case = cases.public_case(found.case.number) if found.case else None
    place = found.address or geography.place_names([found.area_code], request.LANGUAGE_CODE).get(found.area_code, "")
    response = render(request, "portal/receipt.html", {"report": found, "case": case, "place": place})
    response["X-Robots-Tag"] = "noindex"
    return response


def _count(request: Any, name: str) -> None:
    proof = request.POST.get("proof", "")
    limits.require(name, address_of(request), most=MOST[name], seconds=limits.HOUR, now=clock.now(), proof=proof)


def _photos(request: Any, form: ReportForm) -> list[UUID]:
    """The photo that came with this try, if any, stored already: whatever else is wrong, it is not chosen again."""
    sent = request.FILES.get("photo")
    if not sent:
        return []
    _count(request, PHOTOS)
    try:
        return [services.receive_visitor_photo(content=sent, filename=sent.name or "", now=clock.now())]
    except PhotoRefused as refusal:
        form.add_error("photo", str(refusal))
        return []


def _known(form: ReportForm) -> list[PublicCase]:
    """Public cases that may be the same: nearby, open or closed lately, of the category if one was chosen."""
    given = form.cleaned_data
    if given["lon"] is None or given["lat"] is None:
        return []
    lon, lat = geography.to_wgs84(given["lon"], given["lat"], Frame(given["frame"] or Frame.WGS84))
    categories = [given["category_key"]] if given["category_key"] else []
    since = clock.now() - RECENT
    return cases.public_near(lon, lat, NEAR_M, closed_since=since, categories=categories, count=SUSPECTS)


@kept_a_moment
def _streets() -> Any:
    """The outlines to point at a place in."""
    return geography.outlines("", Level.STREET)


def _draw(
    request: Any,
    form: ReportForm,
    photos: list[UUID],
    *,
    known: list[PublicCase] | None = None,
    status: int = 200,
    challenge: str = "",
) -> HttpResponse:
    """The form with what was typed; `known` beside it; a `challenge` that the browser solves by itself."""
    if form.is_bound:
        data = request.POST.copy()
        data["held"], data["seen"] = hold(photos), "on" if known else data.get("seen", "")
        form.data = data
    told = {"form": form, "photos": len(photos), "known": known or [], "areas": _streets(), "challenge": challenge}
    return render(request, "portal/report.html", told, status=status)
