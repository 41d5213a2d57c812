"""Reports: the list, one report, taking one down, and deciding it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citygrid.access import queries as access
from citygrid.cases import permissions as case_permissions
from citygrid.cases import queries as cases
from citygrid.catalogue import queries as catalogue
from citygrid.desk.choices import ListPage
from citygrid.desk.web import components, corrections, deciding, photos, suggested, suspects, tables
from citygrid.desk.web.bulk import Line
from citygrid.desk.web.casefile import areas_of, map_at
from citygrid.desk.web.corrections import CorrectForm, UnjoinForm
from citygrid.desk.web.forms import (
    AcceptForm,
    JoinForm,
    ReasonForm,
    RefuseForm,
    ReportFilterForm,
    ReportForm,
    SketchForm,
)
from citygrid.desk.web.queue import back_of, going_back, onwards
from citygrid.desk.web.reasons import with_usual
from citygrid.desk.web.reportfile import entries, flaws_named
from citygrid.desk.web.saved import menu
from citygrid.desk.web.shell import draw, standing
from citygrid.desk.web.views.waiting import act_on_selected
from citygrid.desk.web.words import paged, place_names, role_names
from citygrid.evidence import queries as evidence
from citygrid.intake import errors, permissions, queries, services
from citygrid.intake.choices import Flaw, ReportState
from citygrid.inventory import permissions as inventory_permissions
from citygrid.kernel.errors import Invalid, KeyReused, NotFound, Refusal
from citygrid.kernel.web import posts_only, requires
from citygrid.ui.problems import is_program
from citygrid.ui.tables import Empty, Pager, query_with
from citygrid.workflow import queries as workflow


@requires(permissions.VIEW)
@require_safe
def report_list(request: Any) -> HttpResponse:
    """The reports the post sees, filtered; those it has to decide are worked through, with `?open=` beside them."""
    about, is_queue = standing(request), _is_queue(request)
    form = ReportFilterForm(request.GET or None, request.actor)
    wanted = form.wanted(about.today) if form.is_bound else queries.ReportFilter()
    with timezone.override(about.zone):
        rows, pager = paged(
            request,
            lambda start, count: queries.reports(
                request.actor, wanted, start=start, count=count, newest_first=not is_queue
            ),
        )
        context = {"form": form, "presets": form.presets(request), "triage": about.triage, "is_queue": is_queue}
        context |= menu(request, ListPage.REPORTS) | _shown(request, rows, pager, is_queue)
        return draw(request, "desk/reports.html", context)


def _is_queue(request: Any) -> bool:
    """Whether the list is what this post has to decide: the oldest comes first, and one is open beside it."""
    return request.GET.get("state") == ReportState.RECEIVED and request.actor.may(permissions.TRIAGE)


def _shown(request: Any, rows: Sequence[Any], pager: Pager, is_queue: bool) -> dict[str, Any]:
    """The list; where it is worked through, with the report that is open and the way on to the next one."""
    empty = _no_reports(request)
    if not is_queue:
        is_own = request.GET.get("sent_by", "") != ""
        caption = _("Newest first")
        return {"table": tables.report_table(request, rows, caption=caption, empty=empty, pager=pager, is_own=is_own)}
    table = tables.report_queue_table(request, rows, empty=empty, pager=pager)
    choices = deciding.choices(standing(request).keys) if rows else []
    context = {"table": table, "choices": choices, "list_url": query_with(request, open=None)}
    found = _open_one(request)
    if found is None:
        return context
    address = onwards(request, [str(row.pk) for row in rows], str(found.pk))
    return {**context, **file_of(request, found), **going_back(address)}


def _open_one(request: Any) -> Any:
    """The report that is open, if the address names one that this post sees."""
    try:
        return queries.report(UUID(request.GET.get("open", "")), request.actor)
    except (ValueError, NotFound):
        return None


@requires(permissions.RECEIVE)
@require_http_methods(["GET", "POST"])
def new_report(request: Any) -> HttpResponse:
    """Take a report down; its receipt is shown at once.

    Its key stands in the address: the browser's arrow leads back to the same form, and so to the report it made.
    """
    key = _key_of(request)
    if request.method == "GET" and (elsewhere := _elsewhere(request, key)):
        return redirect(elsewhere)
    form = ReportForm(request.POST or None, request.actor, request.FILES or None, key)
    handed_in = photos.hand_in(form, request.actor, standing(request).now) if form.is_valid() else {}
    if form.is_bound and not form.errors and (receipt := _receive(request, form, handed_in)):
        messages.success(request, _("Received. The receipt is %(receipt)s.") % {"receipt": receipt.receipt})
        return redirect("report", report_id=receipt.report_id)
    context = {"form": form, "areas": areas_of(request.actor.reach.areas)}
    return draw(request, "desk/report_new.html", context, status=422 if form.errors else 200)


@requires(permissions.RECEIVE)
@require_POST
def report_near(request: Any) -> HttpResponse:
    """What the report that is being taken down may be about; told unasked, beside the form. Nothing is written."""
    form, now = SketchForm(request.POST), standing(request).now
    if not form.is_valid():
        return draw(request, "desk/_sketch.html", {})
    given = form.cleaned_data
    told = {"suggested": suggested.of_sketch(given, now), **suspects.of_sketch(request.actor, given, now)}
    return draw(request, "desk/_sketch.html", told)


def _receive(request: Any, form: ReportForm, handed_in: Any) -> services.Receipt | None:
    """The receipt; None when the report was refused, which the form then says."""
    try:
        return services.receive_report(
            report=form.report(handed_in),
            key=str(form.cleaned_data["key"]),
            actor=request.actor,
            now=standing(request).now,
        )
    except KeyReused:
        form.renew()
        form.add_error(None, _("This form was sent before with other content. Send it again to make another report."))
    except Invalid as refusal:
        form.add_error(_field_of(refusal), f"{refusal} {refusal.advice}")
    return None


def _elsewhere(request: Any, key: UUID | None) -> str:
    """The address of an empty form with a key of its own, or of the report that was sent under this one."""
    if key is None:
        return f"{request.path}?{urlencode({'key': uuid4()})}"
    sent = queries.sent_before(str(key), request.actor)
    if sent is None:
        return ""
    messages.info(request, _("This report was sent before. It is not sent again."))
    return reverse("report", args=[sent])


def _key_of(request: Any) -> UUID | None:
    try:
        return UUID(request.GET.get("key", ""))
    except ValueError:
        return None


@requires(permissions.VIEW)
@never_cache
@require_safe
def report(request: Any, report_id: UUID) -> HttpResponse:
    """One report: what was sent, from where, what became of it, and the three ways to decide it."""
    return _report_page(request, report_id)


@requires(case_permissions.OPEN)
@posts_only("report", "report_id")
def accept(request: Any, report_id: UUID) -> HttpResponse:
    """Make the report a case; or show what it may be about in the category that was chosen, and decide nothing.

    Who sent it and may begin such a case needs no right to decide on others.
    """
    form = AcceptForm(request.POST)
    if "look" in request.POST:
        return _report_page(request, report_id, sent=form, status=200 if form.is_valid() else 422)

    def decide() -> HttpResponse:
        case = services.accept_report(
            report_id=report_id,
            category_key=form.cleaned_data["category"],
            component_id=form.cleaned_data["component"],
            actor=request.actor,
            now=standing(request).now,
        )
        messages.success(request, _("Accepted as case %(number)s.") % {"number": case.number})
        return _on(request) or redirect("case", number=case.number)

    return _decided(request, report_id, form, decide)


@requires(permissions.TRIAGE)
@posts_only("reports")
def decide(request: Any) -> HttpResponse:
    """One decision on the selected reports; what became of each is told in a list."""

    def take(rows: list[str], action: str, reason: str) -> list[Line]:
        return deciding.decide(rows, action, reason, request.actor, standing(request).now)

    return act_on_selected(request, take, f"{reverse('reports')}?{urlencode({'state': ReportState.RECEIVED})}")


@requires(permissions.TRIAGE)
@posts_only("report", "report_id")
def join(request: Any, report_id: UUID) -> HttpResponse:
    """Join the report to an open case."""
    form = JoinForm(request.POST)

    def decide() -> HttpResponse:
        case = cases.case_by_number(form.cleaned_data["number"].strip(), request.actor)
        services.join_report(report_id=report_id, case_id=case.pk, actor=request.actor, now=standing(request).now)
        messages.success(request, _("Joined to case %(number)s.") % {"number": case.number})
        return _on(request) or redirect("report", report_id=report_id)

    return _decided(request, report_id, form, decide)


@requires(permissions.TRIAGE)
@posts_only("report", "report_id")
def refuse(request: Any, report_id: UUID) -> HttpResponse:
    """Refuse the report, with a reason that its reporter sees."""
    form = RefuseForm(with_usual(request.POST))

    def decide() -> HttpResponse:
        said = form.cleaned_data
        services.refuse_report(
            report_id=report_id,
            reason=said["reason"],
            flaw=said["flaw"],
            actor=request.actor,
            now=standing(request).now,
        )
        messages.success(request, _("Refused. The reporter sees your reason."))
        return _on(request) or redirect("report", report_id=report_id)

    return _decided(request, report_id, form, decide)


@requires(permissions.TRIAGE)
@posts_only("report", "report_id")
def correct(request: Any, report_id: UUID) -> HttpResponse:
    """Correct category, place or address of a report that waits, with a reason that its reporter sees."""
    found = queries.report(report_id, request.actor)
    form = CorrectForm(with_usual(request.POST), found, request.actor.reach.areas)

    def decide() -> HttpResponse:
        services.correct_report(
            report_id=report_id,
            correction=corrections.read(form.cleaned_data),
            reason=form.cleaned_data["reason"],
            expected_seq=form.cleaned_data["expected_seq"],
            actor=request.actor,
            now=standing(request).now,
        )
        messages.success(request, _("Corrected. The reporter sees your reason."))
        if not queries.is_visible(report_id, request.actor):  # another place may be another post's
            return _on(request) or redirect("reports")
        return _stay(request, report_id)

    return _decided(request, report_id, form, decide)


@requires(permissions.TRIAGE)
@posts_only("report", "report_id")
def unjoin(request: Any, report_id: UUID) -> HttpResponse:
    """Take the report out of the case it was joined to, or into another one."""
    form = UnjoinForm(request.POST)

    def decide() -> HttpResponse:
        number = form.cleaned_data["number"].strip()
        other = cases.case_by_number(number, request.actor).pk if number else None
        services.unjoin_report(
            report_id=report_id,
            case_id=other,
            reason=form.cleaned_data["reason"],
            expected_seq=form.cleaned_data["expected_seq"],
            actor=request.actor,
            now=standing(request).now,
        )
        told = _("Joined to case %(number)s.") % {"number": number}
        messages.success(request, told if number else _("Taken out of the case. The report waits for a decision."))
        return redirect("report", report_id=report_id)

    return _decided(request, report_id, form, decide)


@requires(permissions.REVEAL)
@never_cache
@posts_only("report", "report_id")
def reveal(request: Any, report_id: UUID) -> HttpResponse:
    """Show the contact data in clear, once; who asked and why is on record."""
    form = ReasonForm(request.POST, "reveal")

    def decide() -> HttpResponse:
        contact = services.reveal_contact(
            report_id=report_id, reason=form.cleaned_data["reason"], actor=request.actor, now=standing(request).now
        )
        return _report_page(request, report_id, contact=contact)

    return _decided(request, report_id, form, decide)


def _on(request: Any) -> HttpResponse | None:
    """On to the next one of the list that was worked through, if it was."""
    address = back_of(request)
    return redirect(address) if address else None


def _stay(request: Any, report_id: UUID) -> HttpResponse:
    """At the same report: beside its list where it was opened there."""
    if not back_of(request):
        return redirect("report", report_id=report_id)
    return redirect(f"{reverse('reports')}?{urlencode({'state': ReportState.RECEIVED, 'open': report_id})}")


def _decided(request: Any, report_id: UUID, form: Form, decide: Any) -> HttpResponse:
    """Decide, or show the report again with what is wrong: with the input (422), or that somebody was first (409)."""
    if is_program(request):  # the queue, which goes on to the next report meanwhile
        return _decided_unseen(form, decide)
    if not form.is_valid():
        return _report_page(request, report_id, sent=form, status=422)
    try:
        return decide()
    except NotFound as refusal:
        form.add_error(None, str(refusal))
        return _report_page(request, report_id, sent=form, status=422)
    except Refusal as refusal:
        kept = form if isinstance(refusal, Invalid) else None
        return _report_page(request, report_id, sent=kept, refusal=refusal, status=refusal.status)


def _decided_unseen(form: Form, decide: Any) -> HttpResponse:
    if not form.is_valid():
        raise Invalid("; ".join(str(error) for errors in form.errors.values() for error in errors))
    decide()
    return HttpResponse(status=204)


def _report_page(
    request: Any,
    report_id: UUID,
    *,
    sent: Form | None = None,
    refusal: Refusal | None = None,
    contact: Any = None,
    status: int = 200,
) -> HttpResponse:
    found = queries.report(report_id, request.actor)
    context = {**file_of(request, found, sent, contact), **going_back(back_of(request)), "refusal": refusal}
    return draw(request, "desk/report.html", context, status=status)


def file_of(request: Any, found: Any, sent: Form | None = None, contact: Any = None) -> dict[str, Any]:
    """All that is shown of a report; `contact` where it was revealed."""
    may_decide = found.state == ReportState.RECEIVED and _is_in_reach(request, found)
    shown = evidence.photos(queries.PHOTO_OWNER, found.pk, request.actor)
    masked = contact or queries.masked_contact(found)
    return {
        "report": found,
        "state": ReportState(found.state).label,
        "place": place_names([found.area_code])[found.area_code],
        "map": map_at(found.location, found.area_code),
        "photos": photos.groups(shown, request.actor, reverse("report", args=[found.pk])),
        "flaws": flaws_named(map(Flaw, found.flaws)),
        "contact": masked,
        "is_revealed": contact is not None,
        "reveal": _revealing(sent) if masked and request.actor.may(permissions.REVEAL) else None,
        "sent": sent,
        "entries": entries(found, request.actor),
        "reasons": {name: queries.reasons_for(name) for name in ("refuse", "correct")},
        **(_decisions(request, found, sent, bool(shown)) if may_decide else {}),
        **_undoing(request, found, sent),
        **_registering(request.actor, found, sent),
    }


def _is_in_reach(request: Any, found: Any) -> bool:
    """Whether the post may decide on reports there: one that it sent may lie elsewhere."""
    actor = request.actor
    return bool(actor.may(permissions.TRIAGE) and actor.reach.covers_area(found.area_code))


def _decisions(request: Any, found: Any, sent: Form | None, has_photos: bool) -> dict[str, Any]:
    """Context of the three ways to decide, with the cases nearby, the likeliest first."""
    likely = suggested.of_report(found, has_photos)
    return {
        **_acceptance(request.actor, found, sent, suggested.sure(likely)),
        "suggested": likely,
        "join": sent if isinstance(sent, JoinForm) else JoinForm(),
        "refuse": sent if isinstance(sent, RefuseForm) else RefuseForm(),
        "correct": sent if isinstance(sent, CorrectForm) else CorrectForm(None, found, request.actor.reach.areas),
        **suspects.of_report(request.actor, found, standing(request).now, has_photos),
    }


def _acceptance(actor: Any, found: Any, sent: Form | None, suggested_key: str) -> dict[str, Any]:
    """The form that makes the report a case, for a post that may begin one; for others, who may."""
    followed = _procedures(found)
    if any(workflow.beginnings(procedure, actor) for procedure in followed):
        return _accepting(actor, found, sent, found.category_id or suggested_key)
    beginnings = [action for procedure in followed for action in procedure.actions.values() if action.begins]
    roles = {role for action in beginnings for role in action.roles}
    return {
        "accepted_by": role_names(sorted(role for role in roles if permissions.TRIAGE in access.role(role).grants))
    }


def _registering(actor: Any, found: Any, sent: Form | None) -> dict[str, Any]:
    """Context of making one's own report a case at once, for a post that the procedure lets begin with words alone."""
    is_own = found.received_by_id == actor.account_id and found.state == ReportState.RECEIVED
    if not is_own or actor.may(permissions.TRIAGE) or not actor.reach.covers_area(found.area_code):
        return {}
    followed = frozenset(each.code for each in _procedures(found) if _is_begun_by_words(each, actor))
    if not followed or not actor.may(case_permissions.OPEN):
        return {}
    form = sent if isinstance(sent, AcceptForm) else AcceptForm(None, found.category_id or "", followed)
    form.offer([])
    return {"register": form}


def _is_begun_by_words(procedure: workflow.Procedure, actor: Any) -> bool:
    return any(not action.needs and not action.evidence for action in workflow.beginnings(procedure, actor)[:1])


def _procedures(found: Any) -> list[workflow.Procedure]:
    """The procedure that the report's category follows; every one, while it has no category."""
    newest = dict(reversed(workflow.procedures()))
    followed = [found.category.scheme.procedure] if found.category else list(newest)
    return [workflow.procedure(code, newest[code]) for code in followed if code in newest]


def _accepting(actor: Any, found: Any, sent: Form | None, first: str) -> dict[str, Any]:
    """Context of accepting: the form with the components of its category that stand near, and how far was looked.

    `first`: the category that is chosen already.
    """
    form = sent if isinstance(sent, AcceptForm) else AcceptForm(category_key=first)
    key = form["category"].value()
    category = found.category if key == found.category_id else catalogue.categories([key]).get(key)
    form.offer(components.choices(components.near(actor, found.location, category)))
    may_look = found.location and actor.may(inventory_permissions.VIEW)
    return {"accept": form, "looked_m": int(components.NEAR_M) if may_look else 0}


def _undoing(request: Any, found: Any, sent: Form | None) -> dict[str, Any]:
    """Context of taking a joined report out of its case, for who may and sees that case."""
    if found.state != ReportState.JOINED or found.case is None or not _is_in_reach(request, found):
        return {}
    return {"unjoin": sent if isinstance(sent, UnjoinForm) else UnjoinForm(report=found)}


def _revealing(sent: Form | None) -> Form:
    """The form that asks why a contact is revealed: the one that was sent, or an empty one."""
    is_this = isinstance(sent, ReasonForm) and not isinstance(sent, RefuseForm)
    return sent if sent is not None and is_this else ReasonForm(prefix_id="reveal")


def _field_of(refusal: Refusal) -> str | None:
    """The field of the report form that a refusal is about."""
    if isinstance(refusal, errors.OutsideDistrict | errors.PlaceMissing | errors.PlaceContradicted):
        return "lon"
    return "description" if isinstance(refusal, errors.TextMissing | errors.TextTooLong) else None


def _no_reports(request: Any) -> Empty:
    if request.GET:
        return Empty(
            _("No report fits these filters"),
            _("Take a filter away, or look at the spelling."),
            _("All reports"),
            reverse("reports"),
            icon="search",
        )
    may_receive = request.actor.may(permissions.RECEIVE)
    return Empty(
        _("No report yet"),
        _("What people report by phone, on the street or on the internet comes here and waits for a decision."),
        _("New report") if may_receive else "",
        reverse("report-new") if may_receive else "",
        icon="message",
    )
