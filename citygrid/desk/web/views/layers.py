"""Layers: the list, one layer with its features, the versions of a feature, and files to take out."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from citygrid.access import queries as access
from citygrid.desk.web.layer_forms import LayerFileForm, LayerForm, TakeForm
from citygrid.desk.web.shell import draw, standing
from citygrid.geography import queries, services
from citygrid.geography.choices import LayerKind, Level
from citygrid.geography.permissions import DEFINE_LAYERS
from citygrid.kernel.errors import Refusal
from citygrid.kernel.web import requires
from citygrid.ui.formats import NOTHING
from citygrid.ui.tables import Column, Empty, Pager, Table

PAGE = 100
LABELLED = 40  # features with their names on the small map; more would cover it
TYPES = {"geojson": "application/geo+json", "gpkg": "application/geopackage+sqlite3", "shp.zip": "application/zip"}


@requires(DEFINE_LAYERS)
@never_cache
@require_http_methods(["GET", "POST"])
def layer_list(request: Any) -> HttpResponse:
    """All layers, and a form for a new one."""
    form = LayerForm(request.POST) if request.method == "POST" else LayerForm()
    if form.is_valid():
        try:
            return _added(request, form)
        except Refusal as refusal:
            form.add_error("code", f"{refusal} {refusal.advice}")
    lines = queries.layer_lines(on=standing(request).today)
    units = unit_names(line.layer.owner_unit_id for line in lines)
    columns = [
        Column(_("Layer"), lambda line: line.layer.name),
        Column(_("Code"), lambda line: line.layer.code, "code"),
        Column(_("Kind"), lambda line: LayerKind(line.layer.kind).label),
        Column(_("Kept by"), lambda line: units.get(line.layer.owner_unit_id, NOTHING)),
        Column(_("Valid today"), lambda line: line.valid, "number"),
        Column(_("Changed"), lambda line: line.layer.changed_at, "time"),
        Column(_("In draft by"), lambda line: line.drafted_by or NOTHING),
    ]
    empty = Empty(_("There is no layer yet"), _("Add one below, then send a file in or draw it."), icon="stack-2")
    table = Table.of(
        request,
        columns,
        lines,
        caption=_("Layers"),
        empty=empty,
        url=lambda line: reverse("layer", args=[line.layer.code]),
    )
    return draw(request, "desk/layers.html", {"table": table, "form": form}, status=422 if form.errors else 200)


def _added(request: Any, form: LayerForm) -> HttpResponse:
    given = form.cleaned_data
    names = {name: given[name] for name in ("code", "name_zh", "name_en", "tiles")}
    services.add_layer(kind=form.kind(), **names, actor=request.actor, now=standing(request).now)
    return redirect("layer", code=given["code"])


@requires(DEFINE_LAYERS)
@never_cache
@require_safe
def layer(request: Any, code: str) -> HttpResponse:
    """One layer: its features of today on a map and as a list, files in and out, what was published and changed."""
    return layer_page(request, code)


def layer_page(
    request: Any, code: str, *, upload: LayerFileForm | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    """The page of a layer, with what a file came to where one was sent."""
    found, about = queries.layer(code), standing(request)
    page = Paginator(range(queries.feature_count(code, on=about.today)), PAGE).get_page(request.GET.get("page"))
    start = max(page.start_index() - 1, 0)
    rows = queries.feature_rows(code, on=about.today, start=start, count=PAGE)
    units = unit_names([found.owner_unit_id, *(row.responsible_unit_id for row in rows)])
    publications = queries.publications_of(code)
    context = {
        "layer": found,
        "kind": LayerKind(found.kind).label,
        "owner": units.get(found.owner_unit_id, ""),
        "tiles": Level(found.tiles).label if found.tiles else "",
        "count": page.paginator.count,
        "shapes": shapes_of(rows),
        "table": _features(request, code, rows, units, page),
        "upload": upload or LayerFileForm(initial={"from_date": about.today}),
        "take": TakeForm(),
        "draft": queries.begun_draft(code),
        "publications": publications,
        "undoable": next((one.pk for one in publications[:1] if is_last(found, one)), None),
        "changes": _changes(request, code),
        **more,
    }
    return draw(request, "desk/layer.html", context, status=status)


def is_last(layer: Any, publication: Any) -> bool:
    """Whether nothing changed the layer after a publication."""
    return not publication.undone_at and publication.layer_revision == layer.revision


@requires(DEFINE_LAYERS)
@require_safe
def feature(request: Any, code: str, feature: str) -> HttpResponse:
    """All versions of one feature."""
    found = queries.layer(code)
    versions = queries.versions_of(code, feature)
    units = unit_names(one.responsible_unit_id for one in versions)
    columns = [
        Column(_("Holds from"), lambda one: day(one.valid_from_date)),
        Column(_("Until (not on that day)"), lambda one: day(one.valid_to_date)),
        Column(_("Name"), lambda one: one.name),
        Column(_("Responsible"), lambda one: units.get(one.responsible_unit_id, NOTHING)),
    ]
    empty = Empty(_("This layer never had such a feature"))
    table = Table.of(request, columns, versions, caption=_("Versions"), empty=empty)
    context = {"layer": found, "code": feature, "table": table, "latest": versions[0] if versions else None}
    return draw(request, "desk/layer_feature.html", context, status=200 if versions else 404)


@requires(DEFINE_LAYERS)
@require_safe
def file(request: Any, code: str) -> HttpResponse:
    """What is valid today, as a file."""
    take, about = TakeForm(request.GET), standing(request)
    if not take.is_valid():
        return layer_page(request, code, take=take, status=422)
    form = take.cleaned_data["form"]
    try:
        content = services.export_layer(
            layer_code=code, form=form, system=take.named(), on=about.today, actor=request.actor, now=about.now
        )
    except Refusal as refusal:
        take.add_error("epsg", f"{refusal} {refusal.advice}")
        return layer_page(request, code, take=take, status=422)
    name = f"{code}-{about.today:%Y%m%d}-{take.named().lower().replace(':', '')}.{form}"
    headers = {
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(content, content_type=TYPES[form], headers=headers)


def unit_names(ids: Iterable[UUID | None]) -> Mapping[UUID | None, str]:
    """The names of organisations by id, in one query."""
    return {key: unit.name for key, unit in access.organisations([one for one in ids if one]).items()}


def day(value: date | None) -> str:
    """A day as it is written in tables."""
    return f"{value:%Y-%m-%d}" if value else NOTHING


def shapes_of(rows: Iterable[Any], role: str = "area") -> list[dict[str, Any]]:
    """Features as the small map takes them."""
    shown = list(rows)
    names = [row.name if len(shown) <= LABELLED else "" for row in shown]
    return [
        {"type": "Feature", "properties": {"role": role, "label": name}, "geometry": orjson.loads(row.geom.json)}
        for row, name in zip(shown, names, strict=True)
        if row.geom is not None
    ]


def _features(request: Any, code: str, rows: list[Any], units: Mapping[UUID | None, str], page: Any) -> Table:
    columns = [
        Column(_("Code"), lambda row: row.code, "code"),
        Column(_("Name"), lambda row: row.name),
        Column(_("Responsible"), lambda row: units.get(row.responsible_unit_id, NOTHING)),
        Column(_("Holds from"), lambda row: day(row.valid_from_date)),
        Column(_("Until (not on that day)"), lambda row: day(row.valid_to_date)),
    ]
    empty = Empty(_("No feature is valid today"), _("Send a file in, or draw the first one."), icon="map-pin")
    return Table.of(
        request,
        columns,
        rows,
        caption=_("Features valid today"),
        empty=empty,
        url=lambda row: reverse("layer-feature", args=[code, row.code]),
        pager=Pager.of_page(request, page),
    )


def _changes(request: Any, code: str) -> Table:
    words = {
        "add": _("Added"),
        "import": _("Imported"),
        "draft": _("Draft saved"),
        "confirm": _("Draft confirmed"),
        "discard": _("Draft thrown away"),
        "publish": _("Published"),
        "undo": _("Undone"),
        "export": _("Taken out"),
        "charge": _("Unit changed"),
    }
    columns = [
        Column(_("When"), lambda one: one.at, "time"),
        Column(_("What"), lambda one: words.get(one.action, one.action)),
        Column(_("By"), lambda one: one.actor_label),
    ]
    empty = Empty(_("Nothing is on record yet"))
    return Table.of(request, columns, queries.changes_of(code), caption=_("On record"), empty=empty, id="changes")
