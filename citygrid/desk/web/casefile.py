"""The parts of the case page: what is known, where it lies, who is responsible and why, what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.access import queries as access
from citygrid.cases import queries as cases
from citygrid.catalogue import queries as catalogue
from citygrid.desk.web import answers, components
from citygrid.desk.web.corrections import details
from citygrid.desk.web.crews import Titles
from citygrid.desk.web.words import limit_words, place_name, procedure_of, state_of, waits_for
from citygrid.dispatch import permissions as dispatch_permissions
from citygrid.dispatch import queries as dispatch
from citygrid.dispatch.choices import Outcome
from citygrid.geography import queries as geography
from citygrid.geography.choices import Level
from citygrid.geography.errors import UnknownPlace
from citygrid.intake import permissions as intake_permissions
from citygrid.intake import queries as intake
from citygrid.intake.choices import ReportAction
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound
from citygrid.kernel.memo import kept_a_moment
from citygrid.kernel.words import in_language
from citygrid.ui.formats import duration_words, minute, time_left_words
from citygrid.ui.timeline import Entry

AROUND_M = 250
ICONS = {
    "accept": "inbox",
    "self_dispose": "tool",
    "send_to_verify": "send",
    "report_verification": "eye",
    "reassign": "users-group",
    "file": "file-description",
    "void": "ban",
    "bundle": "link",
    "unbundle": "arrow-back-up",
    "correct": "edit",
    "correct_filed": "edit",
    "dispatch": "arrow-right",
    "take": "user-check",
    "reply": "tool",
    "return": "arrow-back-up",
    "extend": "clock-plus",
    "hang": "clock-pause",
    "resume": "clock",
    "give_work": "users-group",
    "finish_work": "checks",
    "take_back_work": "arrow-back-up",
    "send_to_check": "send",
    "pass_check": "clipboard-check",
    "fail_check": "x",
    "rework": "refresh",
    "close": "circle-check",
    "reopen": "folder",
    "oversee": "flag",
    "answer_oversight": "message",
}
STOPS = ".。 "  # the sentence around a reason ends by itself
TEXTS = ("task", "reason", "note")


class Fact(NamedTuple):
    """One known thing: its label, its value, and whether the value is a code."""

    label: str
    value: object
    is_code: bool = False


@dataclass(frozen=True)
class Responsible:
    """A reason why somebody is responsible at the place: a layer's feature and its organisation, if it names one."""

    where: str
    unit: str


@dataclass(frozen=True)
class Rules:
    """What the responsibility rules came to, the unit if one is named, and a sentence for every rule looked at.

    `said`: what automatic dispatch made of it. `suggested`: whom to send the case to, as far as anything names a unit.
    """

    outcome: str
    unit: Any
    words: tuple[str, ...]
    decided_at: datetime | None = None
    said: answers.Said | None = None
    suggested: UUID | None = None


def facts_of(case: Any, now: datetime) -> list[Fact]:
    """The header: where the case stands, and what is asked of whom until when."""
    ends = _("closed") if case.state == "closed" else ""
    return [
        Fact(_("State"), state_of(case)),
        Fact(_("Next step"), waits_for(case) or ends or _("nobody's")),
        Fact(_("Task of"), case.assignee.title if case.assignee else ""),
        Fact(_("This step"), _step_time(case, now)),
        Fact(_("Unit"), case.unit.name if case.unit else ""),
        Fact(_("Limit"), limit_words(case.as_state().limit)),
        Fact(_("Happened so far"), _counts(case)),
        Fact(_("Verdict of the first round"), _verdict(case.on_time) if case.is_open else ""),
    ]


def problem_of(case: Any, actor: Actor) -> list[Fact]:
    """What the matter is, and what the case was filed under."""
    standard = _standard(case.standard_id) if case.standard_id else None
    return [
        Fact(_("Category"), case.category.name),
        Fact(_("Component"), components.told(case, actor)),
        Fact(_("Address"), case.address),
        Fact(_("Source"), case.get_source_display()),
        Fact(_("Filed under"), standard.condition if standard else ""),
        Fact(_("May be closed when"), standard.closing if standard else ""),
    ]


def map_of(case: Any) -> dict[str, Any] | None:
    """Context of the small map: the communities of the street, the unit grid, the point; None without a position."""
    return map_at(case.location, case.area_code)


def map_at(location: Any, area_code: str) -> dict[str, Any] | None:
    """The same for any position (longitude, latitude) and the most precise area code known of it."""
    if location is None:
        return None
    return {"areas": _areas_around(area_code), "point": (location.x, location.y), "around_m": AROUND_M}


@kept_a_moment
def areas_of(codes: tuple[str, ...]) -> list[dict[str, Any]]:
    """The outlines to point at a place in: streets of a wide jurisdiction, communities of a small one."""
    level = Level.COMMUNITY if all(len(code) > 6 for code in codes) else Level.STREET
    return [
        {**each, "properties": {"role": "area", "label": _name(each["properties"])}}
        for each in geography.outlines([code[:12] for code in codes], level)["features"]
    ]


@kept_a_moment
def _areas_around(area_code: str) -> list[dict[str, Any]]:
    areas = [
        {**community, "properties": {"role": "area", "label": _name(community["properties"])}}
        for community in geography.outlines(area_code[:9], Level.COMMUNITY)["features"]
    ]
    if len(area_code) > 12 and (shape := _outline(area_code)):
        areas.append({"type": "Feature", "properties": {"role": "focus"}, "geometry": shape})
    return areas


def spot_of(case: Any) -> geography.Place | None:
    """What geography knew of the position on the day the case was opened; None without a position."""
    return geography.locate(case.location, on=timezone.localdate(case.opened_at)) if case.location else None


def place_of(case: Any, found: geography.Place | None) -> list[Fact]:
    """The place by names and codes."""
    code = case.area_code
    grids = [
        Fact(_("Unit grid"), code if len(code) > 12 else "", True),
        Fact(_("Duty grid"), found.duty_grid if found else "", True),
        Fact(_("Social-service grid"), found.social_grid if found else "", True),
    ]
    position = f"{case.location.x:.6f}, {case.location.y:.6f}" if case.location else ""
    return [Fact(_("Place"), place_name(code)), *grids, Fact(_("Position (WGS-84)"), position, True)]


def responsible_at(found: geography.Place | None) -> list[Responsible]:
    """The layers' features at the point, and whom each makes responsible."""
    hits = found.features if found else ()
    layers = _layer_names() if hits else {}
    return [
        Responsible(
            _("%(layer)s: %(name)s") % {"layer": layers.get(hit.layer_code, hit.layer_code), "name": hit.name},
            _unit_name(hit.responsible_unit_id) if hit.responsible_unit_id else "",
        )
        for hit in hits
    ]


def rules_on(case: Any, actor: Actor, now: datetime) -> Rules | None:
    """What the responsibility rules say of a filed case, or said of a later one; None if the post may not see it."""
    if not actor.may(dispatch_permissions.VIEW_RULES):
        return None
    decisions = dispatch.decisions_of(case.pk, actor)
    said = answers.said_in(decisions)
    if case.state == "filed":
        found = dispatch.suggest(case.pk, actor, now)
        return Rules(
            str(found.outcome.label), found.unit, found.words, said=said, suggested=_suggested(case, found, said)
        )
    if not decisions:
        return None
    last = decisions[-1]
    return Rules(last.get_outcome_display(), last.unit, tuple(dispatch.decision_words(last)), last.at, said)


def _suggested(case: Any, found: dispatch.Suggestion, said: answers.Said | None) -> UUID | None:
    """The unit the rules name; where they are silent, the likeliest one, unless the case came back from somewhere."""
    if found.unit:
        return found.unit.pk
    is_silent = found.outcome == Outcome.NONE and not case.dispatched_at
    return said.first if said and is_silent else None


def request_of(case: Any) -> str:
    """The request that waits for an answer, in words; empty when none does."""
    if not case.pending:
        return ""
    asked = case.pending_data
    words = {
        "action": procedure_of(case).action(case.pending).name,
        "reason": asked.get("reason", "").rstrip(STOPS),
        "who": waits_for(case),
    }
    text = _("Asked: %(action)s. Reason: %(reason)s. The answer is for: %(who)s.") % words
    if "until_at" not in asked:
        return text
    until = _("Until: %(until)s.") % {"until": minute(datetime.fromisoformat(asked["until_at"]))}
    return f"{text} {until}"


def returned_words(returned: Mapping[UUID, str]) -> list[str]:
    """Which units gave the case back, and why, a sentence for each."""
    words = _("%(unit)s returned it: %(reason)s")
    return [words % {"unit": _unit_name(unit), "reason": reason} for unit, reason in returned.items()]


def timeline_of(case: Any, steps: Sequence[Any], crew_titles: Titles, actor: Actor) -> list[Entry]:
    """The steps, and the reports joined or taken out meanwhile, newest first, with the names behind their ids."""
    named = _Names(steps, crew_titles, actor)
    procedure = procedure_of(case)
    entries = [_entry(step, procedure.action(step.action), named) for step in reversed(steps)]
    return sorted([*entries, *_joins(case, actor)], key=lambda entry: entry.at, reverse=True)


def _joins(case: Any, actor: Actor) -> list[Entry]:
    """Reports that came to the case, or went again, for a post that sees reports."""
    if not actor.may(intake_permissions.VIEW):
        return []
    words = {
        ReportAction.JOIN: (_("A report was joined"), "link"),
        ReportAction.UNJOIN: (_("A report was taken out"), "arrow-back-up"),
    }
    return [
        Entry(
            at=step.at,
            title=words[ReportAction(step.action)][0],
            icon=words[ReportAction(step.action)][1],
            actor=step.account.display_name if step.account else step.label,
            reason=step.reason,
            detail=((_("Report"), step.report.receipt),),
        )
        for step in reversed(intake.joins_of_case(case.pk, actor))
    ]


class _Names:
    """Names of the units, filing conditions, crews and cases that steps mention."""

    def __init__(self, steps: Sequence[Any], crew_titles: Titles, actor: Actor) -> None:
        self.actor, self.crew_titles = actor, crew_titles
        self.corrected = cases.CorrectionWords(step.data["correction"] for step in steps if "correction" in step.data)
        self.numbers = {each: self._number(each) for each in _ids(steps, "case_id")}

    def _number(self, case_id: UUID) -> str:
        try:
            return cases.case(case_id, self.actor).number
        except NotFound:
            return _("a case this post does not see")

    def details(self, data: dict[str, Any]) -> tuple[tuple[str, str], ...]:
        """What was given with a step, besides its text."""
        standard = _standard(UUID(data["standard_id"])) if "standard_id" in data else None
        until, by = (minute(datetime.fromisoformat(data[at])) if at in data else "" for at in ("until_at", "by_at"))
        found = [
            (_("Unit"), _unit_name(UUID(data["unit_id"])) if "unit_id" in data else ""),
            (_("Task of"), _post_given(data)),
            (_("Filing condition"), standard.condition if standard else ""),
            (_("Limit"), limit_words(standard.limit) if standard else ""),
            (_("Until"), until),
            (_("Crew"), self.crew_titles.get(data.get("crew_id", ""), "")),
            (_("To be done by"), by),
            (_("Handled"), _verdict(data.get("on_time"))),
            (_("Case"), self.numbers[UUID(data["case_id"])] if "case_id" in data else ""),
        ]
        told = details(self.corrected.of(data["correction"])) if "correction" in data else ()
        return (*((label, value) for label, value in found if value), *told)


PLATFORM = {  # labels under which the platform acts by itself
    "Automatic dispatch": gettext_lazy("Automatic dispatch"),
    "Automatic resumption": gettext_lazy("Automatic resumption"),
}


def _entry(step: Any, action: Any, named: _Names) -> Entry:
    return Entry(
        at=step.at,
        title=_("Asked for: %(action)s") % {"action": action.name} if action.phase == "ask" else str(action.name),
        actor=_who(step),
        reason=" ".join([*_finding(step, action), *(step.data[name] for name in TEXTS if step.data.get(name))]),
        icon=ICONS.get(action.subject or action.code, "check"),
        is_automatic=step.is_automatic,
        detail=named.details(step.data),
    )


def _who(step: Any) -> str:
    """Who took the step, the post in the reader's language; the label as recorded where no account did."""
    if step.account is None or step.post is None:
        return str(PLATFORM.get(step.label, step.label))
    return f"{step.account.display_name} ({step.post.title})"


def happened(case: Any, step: Any, now: datetime) -> str:
    """A step in one sentence: "“File” by 赵值班 (Shift leader), 3 min ago."."""
    length = now - step.at
    ago = _("a moment ago")
    if length >= timedelta(minutes=1):
        ago = _("%(length)s ago") % {"length": duration_words(length)}
    told = {"action": procedure_of(case).action(step.action).name, "who": _who(step), "ago": ago}
    return _("“%(action)s” by %(who)s, %(ago)s.") % told


def _finding(step: Any, action: Any) -> list[str]:
    code = step.data.get("finding", "")
    known = action.findings.get(code)
    return [str(known.name) if known else code] if code else []


@kept_a_moment
def _standard(standard_id: UUID) -> Any:
    return catalogue.standards([standard_id]).get(standard_id)


@kept_a_moment
def _unit_name(unit_id: UUID) -> str:
    unit = access.organisations([unit_id]).get(unit_id)
    return unit.name if unit else ""


def _post_given(data: Mapping[str, Any]) -> str:
    """Whose task it became, and that the platform chose where nobody did."""
    title = ", ".join(post.title for post in _posts(UUID(data["post_id"]))) if "post_id" in data else ""
    return _("%(post)s (automatically: the fewest tasks)") % {"post": title} if "post_by" in data else title


@kept_a_moment
def _posts(post_id: UUID) -> list[Any]:
    return access.posts([post_id])


@kept_a_moment
def _layer_names() -> dict[str, str]:
    return {layer.code: layer.name for layer in geography.layers()}


def _ids(steps: Sequence[Any], name: str) -> set[UUID]:
    return {UUID(step.data[name]) for step in steps if name in step.data}


def _name(names: Mapping[str, str]) -> str:
    return in_language(names["name_zh"], names["name_en"])


def _outline(code: str) -> dict[str, Any] | None:
    try:
        return geography.outline(code)
    except UnknownPlace:
        return None


def _step_time(case: Any, now: datetime) -> str:
    return time_left_words(case.node_due_at, now) if case.node_due_at and case.is_open else ""


def _verdict(on_time: bool | None) -> str:
    """What a closing said of the deadline; empty where there was none."""
    return "" if on_time is None else _("In time") if on_time else _("Late")


def _counts(case: Any) -> str:
    labels = {
        "returns": _("returned"),
        "reworks": _("reworked"),
        "extensions": _("extended"),
        "hangs": _("deferred"),
        "reopens": _("reopened"),
        "corrections": _("corrected"),
        "oversights": _("overseen"),
    }
    told = [f"{label} × {case.counts[word]}" for word, label in labels.items() if case.counts.get(word)]
    return _(", ").join(told)
