"""What programs and feed readers take: Atom of an area and of a case, open data of a day as CSV and GeoJSON."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citygrid.cases import queries as cases
from citygrid.cases.queries import PublicCase, PublicFilter
from citygrid.kernel import clock
from citygrid.kernel.errors import NotFound
from citygrid.kernel.web import PUBLIC, requires
from citygrid.portal.web.views import STEPS, shown_case

FEED, PAGE = 50, 500
COLUMNS = (
    *("number", "category_key", "category", "state", "opened_at", "changed_at", "closed_at", "deadline", "lamp"),
    *("unit", "district_code", "area_code", "address", "lon", "lat", "summary"),
)
TYPES = {"csv": "text/csv; charset=utf-8", "geojson": "application/geo+json"}
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with which a spreadsheet would begin to reckon


@requires(PUBLIC)
@require_safe
def feed(request: Any) -> HttpResponse:
    """The newest public cases of an area (`area`: a code) as Atom."""
    area = request.GET.get("area", "")[:15]
    found = cases.public_cases(PublicFilter(area_code=area if area.isdigit() else ""), limit=FEED)
    atom = _begun(request, _("New cases"), reverse("portal-cases"))
    for one in found:
        _entry(request, atom, one, one.category, one.summary, one.opened_at, "")
    return _atom(atom)


@requires(PUBLIC)
@require_safe
def case_feed(request: Any, number: str) -> HttpResponse:
    """What becomes of a public case, as Atom: how it is followed."""
    found = shown_case(number)
    atom = _begun(request, f"{found.category} {found.number}", reverse("portal-case", args=[found.number]))
    for name, words in reversed(STEPS):
        if at := getattr(found, name):
            _entry(request, atom, found, str(words), found.summary, at, f"#{name}")
    return _atom(atom)


@requires(PUBLIC)
@require_safe
def about(request: Any) -> HttpResponse:
    """What the open data holds, and where it is."""
    today = timezone.localdate(clock.now())
    days = [today - timedelta(days=back) for back in range(1, 8)]
    return render(request, "portal/data.html", {"days": days, "columns": COLUMNS})


@requires(PUBLIC)
@require_safe
def download(request: Any, day: str, kind: str) -> Any:
    """The public cases opened on a day, as they are now; NotFound (404) for what is no day."""
    try:
        begins = timezone.make_aware(datetime.combine(date.fromisoformat(day), time.min))
    except (ValueError, OverflowError):
        raise NotFound(what=_("day")) from None
    if kind not in TYPES:
        raise NotFound(what=_("file"))
    pieces = _csv(begins) if kind == "csv" else _geojson(begins)
    response = StreamingHttpResponse(pieces, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="cases-{begins.date()}.{kind}"'
    return response


def _day(begins: datetime) -> Iterator[PublicCase]:
    asked, after = PublicFilter(opened_from=begins, opened_until=begins + timedelta(days=1)), ""
    while page := cases.public_cases(asked, limit=PAGE, after=after):
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].number


def _csv(begins: datetime) -> Iterator[str]:
    yield "\ufeff" + _line(COLUMNS)
    for one in _day(begins):
        yield _line([_cell(getattr(one, name)) for name in COLUMNS])


def _line(cells: Any) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _geojson(begins: datetime) -> Iterator[str]:
    yield '{"type":"FeatureCollection","features":['
    for place, one in enumerate(_day(begins)):
        yield ("," if place else "") + orjson.dumps(_feature(one)).decode()
    yield "]}"


def _feature(one: PublicCase) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in COLUMNS if name not in ("lon", "lat")}
    point = {"type": "Point", "coordinates": [one.lon, one.lat]} if one.lon is not None else None
    return {"type": "Feature", "id": one.number, "geometry": point, "properties": told}


def _begun(request: Any, title: str, page: str) -> Atom1Feed:
    own, link = request.build_absolute_uri(), request.build_absolute_uri(page)
    return Atom1Feed(title, link, "", language=request.LANGUAGE_CODE, feed_url=own)


def _entry(request: Any, atom: Atom1Feed, one: PublicCase, title: str, words: str, at: datetime, part: str) -> None:
    link = request.build_absolute_uri(reverse("portal-case", args=[one.number])) + part
    atom.add_item(title, link, words, unique_id=link, pubdate=at, updateddate=at)


def _atom(atom: Atom1Feed) -> HttpResponse:
    return HttpResponse(atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
