"""Work of crews on a case: who can be given it, what became of it, and what of it is one's own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext as _

from citygrid.access import queries as access
from citygrid.cases import queries as cases
from citygrid.desk.web.words import procedure_of
from citygrid.kernel import clock
from citygrid.kernel.memo import kept_a_moment
from citygrid.ui.formats import minute, time_left_words
from citygrid.ui.forms import MomentInput
from citygrid.ui.lamps import Lamp
from citygrid.ui.tables import Column
from citygrid.workflow import queries as workflow

LONGEST_WORK = timedelta(days=365)
Titles = dict[str, str]  # of posts, by id


@dataclass(frozen=True)
class Line:
    """A piece of work as it is shown: of whom, what, until when, and how it stands (a lamp while it is open)."""

    crew: str
    task: str
    by_at: datetime
    lamp: Lamp | None
    told: str
    words: str


def titles_in(steps: Iterable[Any]) -> Titles:
    """The titles of the crews that steps mention. One query, none where there are none."""
    ids = {step.data["crew_id"] for step in steps if "crew_id" in step.data}
    return {str(post.pk): post.title for post in access.posts(set(map(UUID, ids)))}


def lines_of(steps: Sequence[Any], titles: Titles, now: datetime) -> list[Line]:
    """All work on a case, the first given first."""
    return [_line(work, titles.get(work.crew_id, ""), now) for work in cases.works(steps)]


def _line(work: cases.Work, crew: str, now: datetime) -> Line:
    if work.ended_at is None:
        return Line(crew, work.task, work.by_at, _lamp(work.by_at, now), "", "")
    told = {
        cases.Outcome.DONE: _("Done at %(at)s"),
        cases.Outcome.TAKEN_BACK: _("Taken back at %(at)s"),
        cases.Outcome.LEFT: _("Ended at %(at)s, when the case left the unit"),
    }[work.outcome] % {"at": minute(work.ended_at)}
    return Line(crew, work.task, work.by_at, None, told, work.words)


def _lamp(by_at: datetime, now: datetime) -> Lamp:
    return Lamp(cases.moment_lamp(by_at, now), time_left_words(by_at, now), by_at)


def own_columns(rows: Sequence[Any], post_id: UUID | None, now: datetime) -> list[Column]:
    """What a crew has to do on each case of its list, and how long it has for it; none for posts without work."""
    own = {row.pk: work for row in rows if (work := (row.work or {}).get(str(post_id)))}
    if not own:
        return []
    return [
        Column(_("Your work"), lambda row: own[row.pk]["task"]),
        Column(_("To be done by"), lambda row: _lamp(datetime.fromisoformat(own[row.pk]["by_at"]), now), "lamp"),
    ]


def crew_field(case: Any, action: workflow.Action) -> forms.Field:
    """The crews of the unit that have no work on the case yet; where work is taken back, those that have."""
    busy = case.work or {}
    if action.work == workflow.TAKE_BACK:
        found = [(str(post.pk), post.title) for post in access.posts(set(map(UUID, busy)))]
    else:
        roles = tuple(sorted(procedure_of(case).crew_roles))
        able = [one for one in _crews_of(case.unit_id, roles) if one.takes(case.area_code, case.category_id)]
        found = [(str(one.post.pk), _named(one)) for one in able if str(one.post.pk) not in busy]
    return forms.ChoiceField(label=_("Crew"), choices=found, initial=found[0][0] if len(found) == 1 else None)


def by_field(case: Any, now: datetime) -> forms.Field:
    """Until when the work is to be done: at first, the deadline of the case."""
    initial = timezone.localtime(case.due_at) if case.due_at and case.due_at > now else None
    limits = [MinValueValidator(now, _("Choose a time that is still to come.")), MaxValueValidator(now + LONGEST_WORK)]
    return forms.DateTimeField(label=_("To be done by"), widget=MomentInput(), initial=initial, validators=limits)


def _named(one: access.Staffed) -> str:
    return f"{one.post.title} · {_(', ').join(one.names)}"


@kept_a_moment
def _crews_of(unit_id: UUID, roles: tuple[str, ...]) -> list[access.Staffed]:
    return access.staffed_posts(roles, clock.now(), unit_id=unit_id)
