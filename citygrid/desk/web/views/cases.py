"""The list of cases, the case page, and the steps taken on it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citygrid.cases import permissions, queries, services
from citygrid.desk.choices import ListPage
from citygrid.desk.web import answers, casefile, crews, export, paper, photos, related, tables
from citygrid.desk.web.forms import CaseFilterForm
from citygrid.desk.web.queue import back_of, going_back
from citygrid.desk.web.saved import menu
from citygrid.desk.web.shell import draw, standing
from citygrid.desk.web.steps import Step, StepForm, forms_for
from citygrid.desk.web.words import lamp_of, paged, procedure_of, state_of
from citygrid.evidence import queries as evidence
from citygrid.kernel.downloads import download
from citygrid.kernel.errors import Invalid, NotFound, Refusal
from citygrid.kernel.web import posts_only, requires
from citygrid.ui.problems import is_program
from citygrid.ui.tables import Empty


@requires(permissions.VIEW)
@require_safe
def case_list(request: Any) -> HttpResponse:
    """The cases the post sees, filtered; every view of it is an address."""
    return _list_page(request)


def _list_page(request: Any, status: int = 200) -> HttpResponse:
    about = standing(request)
    form, wanted, order = _asked_for(request)
    with timezone.override(about.zone):  # dates of the filter are days of the district
        rows, pager = paged(
            request,
            lambda start, count: queries.cases(
                request.actor, wanted, about.now, start=start, count=count, order=order
            ),
        )
    table = tables.case_table(
        request,
        rows,
        about.now,
        caption=_caption(request),
        empty=_no_cases(bool(request.GET)),
        pager=pager,
        is_sorted=True,
    )
    context = {"form": form, "presets": form.presets(request), "table": table, **menu(request, ListPage.CASES)}
    return draw(request, "desk/cases.html", {**context, "most": export.MOST}, status=status)


@requires(permissions.VIEW)
@require_safe
def case_list_file(request: Any) -> HttpResponse:
    """The same list as a workbook, with what it was narrowed to."""
    about = standing(request)
    form, wanted, order = _asked_for(request)
    if form.is_bound and form.errors:  # a file of everything would be taken for what was meant
        return _list_page(request, status=422)
    with timezone.override(about.zone):
        rows = queries.cases(request.actor, wanted, about.now, count=export.MOST + 1, order=order)
        return export.download_cases(rows, about, form.told())


def _asked_for(request: Any) -> tuple[CaseFilterForm, queries.CaseFilter, Any]:
    """What the address asks for: the form that shows it, the filter, and the order."""
    form = CaseFilterForm(request.GET or None, request.actor)
    wanted = form.wanted(standing(request).today) if form.is_bound else queries.CaseFilter()
    return form, wanted, tables.ORDERS.get(request.GET.get("sort", ""), tables.NEWEST_FIRST)


@requires(permissions.VIEW)
@require_safe
def case(request: Any, number: str) -> HttpResponse:
    """One case: what, where, who, what happened, and what this post can do now."""
    return _case_page(request, queries.case_by_number(number, request.actor))


@requires(permissions.VIEW)
@require_safe
def case_sheet(request: Any, number: str) -> HttpResponse:
    """The same as a PDF, to be printed and signed."""
    about, found = standing(request), queries.case_by_number(number, request.actor)
    with timezone.override(about.zone):
        return download(paper.case_sheet(file_of(request, found), about), "pdf", number)


@requires(permissions.VIEW)
@require_safe
def news(request: Any, number: str) -> HttpResponse:
    """What somebody else did last to a case that is open since its step `?seq=`, in a sentence; 204 for nothing."""
    about, found, after = standing(request), queries.case_by_number(number, request.actor), request.GET.get("seq", "")
    last = queries.last_step_of_others(found.pk, int(after) if after.isdecimal() else 0, request.actor)
    words = casefile.happened(found, last, about.now) if last else ""
    return HttpResponse(words, content_type="text/plain; charset=utf-8", status=200 if words else 204)


@requires(permissions.ACT)
@posts_only("case", "number")
def step(request: Any, number: str, action: str) -> HttpResponse:
    """Take a step. What is missing or refused is told on the case page as it stands now."""
    about = standing(request)
    found = queries.case_by_number(number, request.actor)
    with timezone.override(about.zone):
        form = StepForm(
            procedure_of(found).action(action), Step(found, request.actor, about.now), request.POST, request.FILES
        )
        handed_in = photos.hand_in(form, request.actor, about.now) if form.is_valid() else {}
        if form.errors and is_program(request):
            raise Invalid("; ".join(str(error) for errors in form.errors.values() for error in errors))
        if form.errors:
            return _case_page(request, found, form, status=422)
        try:
            moved = services.take_step(
                case_id=found.pk,
                action=action,
                actor=request.actor,
                now=about.now,
                given=form.given(handed_in),
                expected_seq=form.cleaned_data["expected_seq"],
            )
        except NotFound:
            raise
        except Refusal as refusal:
            if is_program(request):  # the queue, which goes on to the next case meanwhile
                raise
            fresh = queries.case_by_number(number, request.actor)
            return _case_page(request, fresh, refusal=refusal, status=refusal.status)
    if is_program(request):
        return HttpResponse(status=204)
    messages.success(request, _told(form, moved))
    if back := back_of(request):
        return redirect(back)
    is_seen = queries.visible(request.actor).filter(pk=found.pk).exists()  # a correction may move it elsewhere
    return redirect("case", number=number) if is_seen else redirect("cases")


@requires(permissions.WITHHOLD)
@posts_only("case", "number")
def withhold(request: Any, number: str) -> HttpResponse:
    """Keep the case from the public, or show it again (`is_withheld`: "1" or "0"), for a reason."""
    found = queries.case_by_number(number, request.actor)
    reason, is_withheld = request.POST.get("reason", ""), request.POST.get("is_withheld") == "1"
    given = {"case_id": found.pk, "reason": reason, "is_withheld": is_withheld}
    try:
        services.withhold_case(**given, actor=request.actor, now=standing(request).now)
    except Invalid as refusal:
        messages.error(request, str(refusal))
    else:
        told = _("The public does not see this case.") if is_withheld else _("The case is shown to the public again.")
        messages.success(request, told)
    return redirect("case", number=number)


def _told(form: StepForm, moved: Any) -> str:
    if form.action.phase == "ask":
        return _("Asked for: %(action)s. It waits for an answer.") % {"action": form.action.name}
    return _("Done: %(action)s. The case is now: %(state)s.") % {"action": form.action.name, "state": state_of(moved)}


def _case_page(
    request: Any, found: Any, sent: StepForm | None = None, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    with timezone.override(standing(request).zone):
        context = file_of(request, found, sent, back=back_of(request))
        context |= {"refusal": refusal, "may_withhold": request.actor.may(permissions.WITHHOLD)}
        return draw(request, "desk/case.html", context, status=status)


def file_of(request: Any, found: Any, sent: StepForm | None = None, back: str = "") -> dict[str, Any]:
    """All that is shown of a case; `back` is the address to go on to after a step, instead of the case's own page."""
    about = standing(request)
    spot = casefile.spot_of(found)
    steps = list(queries.steps(found.pk, request.actor))
    crew_titles = crews.titles_in(steps)
    rules = casefile.rules_on(found, request.actor, about.now)
    suggested = rules.suggested if rules else None
    returned = queries.returned_by(found, steps)
    offered = forms_for(Step(found, request.actor, about.now, suggested, returned), about.keys, sent)
    return {
        "case": found,
        "lamp": lamp_of(found, about.now),
        "facts": casefile.facts_of(found, about.now),
        "problem": casefile.problem_of(found, request.actor),
        "map": casefile.map_of(found),
        "place": casefile.place_of(found, spot),
        "responsible": casefile.responsible_at(spot),
        "rules": rules,
        "asked": casefile.request_of(found),
        "works": crews.lines_of(steps, crew_titles, about.now),
        "entries": casefile.timeline_of(found, steps, crew_titles, request.actor),
        "photos": photos.groups(
            evidence.photos(queries.PHOTO_OWNER, found.pk, request.actor),
            request.actor,
            reverse("case", args=[found.number]),
        ),
        "related": related.related_of(found, request.actor),
        "steps": offered,
        "likely": answers.offered(rules.said, offered) if rules and rules.said else None,
        "returned": casefile.returned_words(returned),
        "sent": sent,
        **going_back(back),
    }


def _caption(request: Any) -> str:
    return _("In the order chosen") if request.GET.get("sort") in tables.ORDERS else _("Newest first")


def _no_cases(is_filtered: bool) -> Empty:
    if is_filtered:
        return Empty(
            _("No case fits these filters"),
            _("Take a filter away, or look at the spelling. Numbers look like 110101-20261123-0042."),
            _("All cases"),
            reverse("cases"),
            icon="search",
        )
    return Empty(
        _("No case yet"),
        _("A case begins when a report is accepted. You see the cases of your areas and units."),
        icon="folder",
    )
