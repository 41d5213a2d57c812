"""Drafts of layers: a file is checked and becomes one; it is looked at, published, thrown away, undone."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from shapely.geometry import mapping

from citygrid.access import queries as access
from citygrid.desk.web.layer_forms import LayerFileForm, PublishForm
from citygrid.desk.web.shell import draw, standing
from citygrid.desk.web.views.base_maps import told
from citygrid.desk.web.views.layers import day, layer_page, shapes_of, unit_names
from citygrid.geography import queries, services
from citygrid.geography.choices import ADVICE, Effect, LayerKind, ZoneRule
from citygrid.geography.errors import NoDraft, UnusableFile
from citygrid.geography.permissions import DEFINE_LAYERS
from citygrid.kernel.errors import Conflict, Invalid, NotFound, NotPermitted, Refusal
from citygrid.kernel.web import requires
from citygrid.ui.formats import NOTHING
from citygrid.ui.tables import Column, Empty, Table

SHOWN = 200  # rows of a draft on its page


@requires(DEFINE_LAYERS)
@require_POST
def upload(request: Any, code: str) -> HttpResponse:
    """Check a file: it becomes a draft, or what is wrong with it is listed and nothing is kept."""
    form = LayerFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return layer_page(request, code, upload=form, status=422)
    try:
        report = _checked(request, code, form)
    except Invalid as refusal:
        form.add_error("file" if isinstance(refusal, UnusableFile) else "epsg", f"{refusal} {refusal.advice}")
        return layer_page(request, code, upload=form, status=422)
    except Conflict as refusal:
        return layer_page(request, code, upload=form, refusal=refusal, status=refusal.status)
    for note in report.notes:
        messages.info(request, note)
    if report.findings:
        told = {"findings": _findings(request, report), "report": report, "figures": _figures(report.counts)}
        return layer_page(request, code, upload=form, status=422, **told)
    if report.draft and (same := report.counts["same"]):
        words = ngettext("%(count)s feature is the same.", "%(count)s features are the same.", same)
        messages.info(request, words % {"count": same})
    if report.draft is None:
        messages.info(request, _("The file says nothing new: there is nothing to change."))
    return redirect("layer-draft" if report.draft else "layer", code=code)


def _checked(request: Any, code: str, form: LayerFileForm) -> services.FileReport:
    given, about = form.cleaned_data, standing(request)
    content = given["file"].read()
    source = services.open_source(
        content,
        system=form.named(),
        layer=given["file_layer"],
        **{name: given[name] for name in ("code_field", "name_field", "name_en_field")},
    )
    return services.draft_from_file(
        layer_code=code,
        source=source,
        from_date=given["from_date"],
        ends_missing=given["ends_missing"],
        origin=given["file"].name,
        actor=request.actor,
        now=about.now,
    )


@requires(DEFINE_LAYERS)
@never_cache
@require_safe
def draft(request: Any, code: str) -> HttpResponse:
    """What a draft would change, what is wrong with it, and what may be done with it."""
    try:
        return _draft_page(request, code)
    except NoDraft:
        return redirect("layer", code=code)


@requires(DEFINE_LAYERS)
@never_cache
@require_safe
def edit(request: Any, code: str) -> HttpResponse:
    """The layer on a map, to be drawn in (frontend/islands/layer-editor); what is saved is its draft."""
    found, about = queries.layer(code), standing(request)
    begun = queries.begun_draft(code)
    island = {
        "layer": code,
        "said": {"attributes": {"rule": ZoneRule.FORBIDDEN}} if found.kind == LayerKind.ZONE else {},
        "revision": begun.revision if begun else 0,
        "day": day(begun.from_date if begun else about.today),
        "extent": queries.extent(request.actor.reach.areas),
        "reach": [area for area in request.actor.reach.areas if area],
        "bases": told(),
        "words": {
            "zoomIn": _("Zoom in"),
            "zoomOut": _("Zoom out"),
            "unnamed": _("without a name"),
            "saved": _("Saved."),
            "unsaved": _("Not saved yet."),
            "failed": _("The server did not answer. Nothing was lost here; try again."),
            "pickOne": _("Select the one feature to divide first."),
            "pickTwo": _("Select two or more features that lie side by side: with Shift, or in the list with Ctrl."),
            "fine": _("Nothing is wrong."),
        },
    }
    units = sorted(access.units_for_choice(), key=lambda unit: unit.name)
    return draw(request, "desk/layer_edit.html", {"layer": found, "island": island, "units": units})


@requires(DEFINE_LAYERS)
@require_POST
def publish(request: Any, code: str) -> HttpResponse:
    """Let the draft hold from a day on."""
    form = PublishForm(request.POST)
    if not form.is_valid():
        return _draft_page(request, code, form=form, status=422)

    def write() -> None:
        given = form.cleaned_data
        services.publish_draft(
            layer_code=code,
            expected=given["revision"],
            from_date=given["from_date"],
            note=given["note"],
            actor=request.actor,
            now=standing(request).now,
        )
        on = day(given["from_date"])
        messages.success(request, _("Published: it holds from %(day)s.") % {"day": on})

    return _done(request, code, write)


@requires(DEFINE_LAYERS)
@require_POST
def confirm(request: Any, code: str) -> HttpResponse:
    """Say that the draft still holds though the layer was changed."""

    def write() -> None:
        services.confirm_draft(layer_code=code, expected=_revision(request), actor=request.actor, now=_now(request))
        messages.success(request, _("Confirmed. It can be published now."))

    return _done(request, code, write)


@requires(DEFINE_LAYERS)
@require_POST
def discard(request: Any, code: str) -> HttpResponse:
    """Throw the draft away."""

    def write() -> None:
        services.throw_away(layer_code=code, expected=_revision(request), actor=request.actor, now=_now(request))
        messages.success(request, _("Thrown away. The layer is as it was."))

    return _done(request, code, write)


@requires(DEFINE_LAYERS)
@require_POST
def undo(request: Any, code: str, publication_id: UUID) -> HttpResponse:
    """Change the layer back to what it was before a publication."""
    try:
        services.undo_publication(publication_id=publication_id, actor=request.actor, now=_now(request))
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        return layer_page(request, code, refusal=refusal, status=refusal.status)
    messages.success(request, _("Undone: everything is as it was before."))
    return redirect("layer", code=code)


def _now(request: Any) -> Any:
    return standing(request).now


def _revision(request: Any) -> int:
    value = request.POST.get("revision", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0


def _done(request: Any, code: str, act: Callable[[], None]) -> HttpResponse:
    """Act, or show the draft again with why it cannot be done."""
    try:
        act()
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        return _draft_page(request, code, refusal=refusal, status=refusal.status)
    return redirect("layer-draft", code=code)


def _draft_page(
    request: Any, code: str, *, form: PublishForm | None = None, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    state = queries.draft_state(code)
    spots = queries.faults_of_draft(state, request.actor)
    initial = {"revision": state.draft.revision, "from_date": state.draft.from_date}
    shown = state.entries[:SHOWN]
    context = {
        "layer": state.draft.layer,
        "draft": state.draft,
        "is_outdated": state.is_outdated,
        "figures": _figures(state.counts),
        "form": form or PublishForm(initial=initial),
        "shapes": [
            *shapes_of((one.before for one in shown if one.before), "area"),
            *shapes_of((one.after for one in shown if one.effect != Effect.REMOVED), "focus"),
            *_regions(spots),
        ],
        "table": _entries(request, shown),
        "left_out": len(state.entries) - len(shown),
        "spots": _spots(request, spots) if spots else None,
        "may_publish": not spots and not state.is_outdated and bool(state.entries),
        "refusal": refusal,
    }
    return draw(request, "desk/layer_draft.html", context, status=status)


def _figures(counts: Any) -> list[tuple[int, str]]:
    labels = {**{str(effect): effect.label for effect in Effect}, "same": _("The same"), "wrong": _("Wrong")}
    return [(counts[name], str(label)) for name, label in labels.items() if name in counts]


def _entries(request: Any, shown: Any) -> Table:
    units = unit_names(one.after.responsible_unit_id for one in shown)
    columns = [
        Column(_("Code"), lambda one: one.code, "code"),
        Column(_("What becomes of it"), lambda one: one.effect.label),
        Column(_("Name"), lambda one: one.after.name),
        Column(_("Name before"), lambda one: one.before.name if one.before else NOTHING),
        Column(_("Responsible"), lambda one: units.get(one.after.responsible_unit_id, NOTHING)),
        Column(_("Until (not on that day)"), lambda one: day(one.after.valid_to_date)),
    ]
    empty = Empty(_("The draft changes nothing"), _("Draw or send a file in, or throw it away."))
    return Table.of(request, columns, shown, caption=_("What would change"), empty=empty)


def _spots(request: Any, spots: Any) -> Table:
    columns = [
        Column(_("Code"), lambda spot: spot.code, "code"),
        Column(_("What is wrong"), lambda spot: spot.fault.label),
        Column(_("Which, how much"), lambda spot: spot.detail or NOTHING),
        Column(_("Where (longitude, latitude)"), _middle, "code"),
        Column(_("What to do"), lambda spot: ADVICE[spot.fault]),
    ]
    return Table.of(request, columns, spots, caption=_("What is wrong"), empty=Empty(""), id="faults")


def _regions(spots: Any) -> list[dict[str, Any]]:
    """The areas of faults as the small map takes them."""
    return [
        {"type": "Feature", "properties": {"role": "fault"}, "geometry": mapping(spot.region)}
        for spot in spots[:SHOWN]
        if spot.region.geom_type in ("Polygon", "MultiPolygon") and not spot.region.is_empty
    ]


def _middle(spot: Any) -> str:
    point = spot.region.representative_point()
    return f"{point.x:.5f}, {point.y:.5f}" if not point.is_empty else NOTHING


def _findings(request: Any, report: services.FileReport) -> Table:
    columns = [
        Column(_("Feature"), lambda finding: finding.feature, "number"),
        Column(_("Code"), lambda finding: finding.code or NOTHING, "code"),
        Column(_("What is wrong"), lambda finding: finding.fault.label),
        Column(_("Where, which"), lambda finding: finding.detail or NOTHING),
        Column(_("What to do"), lambda finding: ADVICE[finding.fault]),
    ]
    count = len(report.findings)
    words = ngettext(
        "%(count)s fault in the file; nothing was kept", "%(count)s faults in the file; nothing was kept", count
    )
    shown = report.findings[:SHOWN]
    return Table.of(request, columns, shown, caption=words % {"count": count}, empty=Empty(""), id="faults")
