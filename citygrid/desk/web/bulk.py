"""One action on many cases or reports: what is offered for those of a list, and what became of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.urls import reverse

from citygrid.cases import queries as cases
from citygrid.cases import services
from citygrid.cases.services import Given
from citygrid.desk.errors import NoUnitNamed, ReturnedBefore
from citygrid.desk.rules import Keys
from citygrid.desk.web.steps import Step, StepForm, usual_first
from citygrid.desk.web.words import procedure_of, state_of
from citygrid.dispatch import queries as dispatch
from citygrid.intake.queries import reasons_for
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Refusal
from citygrid.workflow import queries as workflow

MOST = 200  # at once
# What can be given for all at once. A unit is the one the rules name for each case.
GIVEN = frozenset({"reason", "unit"})


class Choice(NamedTuple):
    """An action that some of the list allow, its name and key; its usual reasons where it needs a reason."""

    code: str
    name: str
    key: str
    needs_reason: bool
    reasons: Sequence[str]


class Line(NamedTuple):
    """What became of one, in words: what its row opens, its name and address."""

    number: str
    name: str
    url: str
    words: str
    is_done: bool


@dataclass(frozen=True)
class Result:
    """What became of one case: the case as it is now, or why nothing was done."""

    number: str
    case: Any = None
    refusal: Refusal | None = None


def choices_for(rows: Iterable[Any], actor: Actor, now: datetime, letters: Keys) -> list[Choice]:
    """The actions that these cases allow and that need no form of their own, the most frequent first."""
    offered: dict[str, list[workflow.Action]] = {}
    for row in rows:
        for action in cases.actions_for(row, actor, now):
            if GIVEN.issuperset(action.needs) and not action.evidence:
                offered.setdefault(action.code, []).append(action)
    counted = sorted(offered.values(), key=lambda found: (-len(found), usual_first(found[0])))
    keys = letters.of_steps((found[0].code, found[0].phase) for found in counted)
    return [Choice(one.code, one.name, keys[one.code], "reason" in one.needs, reasons_of(one)) for one, *_ in counted]


def reasons_of(action: workflow.Action) -> list[str]:
    """The usual reasons of an action."""
    return reasons_for(action.subject or action.code, action.phase)


def act(rows: Sequence[str], action: str, given: Given, actor: Actor, now: datetime) -> list[Result]:
    """The action on each case in a transaction of its own: one that is refused does not stop the others.

    A row is what `queue.row_of` makes: nothing is done on a history other than the one that was shown.
    """
    return [_act_on(row, action, given, actor, now) for row in list(dict.fromkeys(rows))[:MOST]]


def _act_on(row: str, action: str, given: Given, actor: Actor, now: datetime) -> Result:
    number, _bar, seq = row.partition("|")
    try:
        found = cases.case_by_number(number, actor)
        wanted = procedure_of(found).action(action)
        if "unit" in wanted.needs:
            given = replace(given, unit_id=_unit_for(Step(found, actor, now), wanted))
        expected = int(seq) if seq.isascii() and seq.isdigit() else 0
        moved = services.take_step(
            case_id=found.pk, action=action, actor=actor, now=now, given=given, expected_seq=expected
        )
    except Refusal as refusal:
        return Result(number, refusal=refusal)
    return Result(number, moved)


def _unit_for(step: Step, action: workflow.Action) -> UUID:
    """The unit that the form of the case has chosen beforehand. NoUnitNamed, ReturnedBefore."""
    named = dispatch.suggest(step.case.pk, step.actor, step.now).unit
    returned = cases.returned_by(step.case, cases.steps(step.case.pk, step.actor))
    step = replace(step, suggested_unit=named.pk if named else None, returned=returned)
    form = StepForm(action, step)
    if chosen := form.get_initial_for_field(form.fields["unit"], "unit"):
        return UUID(chosen)
    if named and named.pk in returned:
        raise ReturnedBefore(unit=named.name, reason=returned[named.pk])
    raise NoUnitNamed()


def lines(results: Iterable[Result]) -> list[Line]:
    """What became of cases."""
    return [
        Line(one.number, one.number, reverse("case", args=[one.number or "-"]), _words(one), one.refusal is None)
        for one in results
    ]


def refused(told: Iterable[Line]) -> list[dict[str, str]]:
    """What was not done, each with its number, name and the reason."""
    return [{"number": each.number, "name": each.name, "words": each.words} for each in told if not each.is_done]


def told(lines: Sequence[Line], rows: Sequence[str], back: str) -> dict[str, Any]:
    """Context of the page that tells what became of each, as plain values: it is kept until the page is read.

    `back` is the address of the list they were chosen in.
    """
    done, left = sum(line.is_done for line in lines), max(len(set(rows)) - MOST, 0)
    results = [line._asdict() for line in lines]
    return {"results": results, "done": done, "refused": len(lines) - done, "left": left, "back": back}


def _words(result: Result) -> str:
    """Why nothing was done; or where the case stands now, and whose task it is."""
    if result.refusal:
        return f"{result.refusal} {result.refusal.advice}"
    post = result.case.assignee
    return f"{state_of(result.case)} · {post.title}" if post else state_of(result.case)
