"""Words of the pages: lamps, limits, states, roles, numbers of pages."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from citygrid.access import queries as access
from citygrid.cases import queries as cases
from citygrid.cases.choices import Lamp as CaseLamp
from citygrid.geography import queries as geography
from citygrid.kernel.memo import kept_a_moment
from citygrid.kernel.words import in_language
from citygrid.kernel.worktime import Limit, Unit
from citygrid.ui.formats import minute, time_left_words
from citygrid.ui.lamps import Lamp
from citygrid.ui.tables import Pager, query_with
from citygrid.workflow import queries as workflow

Item = TypeVar("Item")
PAGE = 50
LAST_PAGE = 400  # further back, narrowing the filter finds faster than leafing


def lamp_of(case: Any, now: datetime) -> Lamp | None:
    """The lamp of a case with the time left, or how it came out; None where no limit runs."""
    colour = cases.lamp_of(case, now)
    if colour == CaseLamp.NONE:
        return None
    if colour == CaseLamp.PAUSED:
        until = minute(case.until_at) if case.until_at else ""
        return Lamp(colour.value, _("Paused until %(until)s") % {"until": until} if until else _("Clock paused"))
    if case.closed_at or (case.handled_at and case.clock):
        return Lamp(colour.value, _("Late") if colour == CaseLamp.RED else _("In time"), case.due_at)
    return Lamp(colour.value, time_left_words(case.due_at, now), case.due_at)


def limit_words(limit: Limit | None) -> str:
    """A limit in words: "2 urgent hours"; empty for None."""
    if limit is None:
        return ""
    count = limit.value.normalize()
    plural = 1 if count == 1 else 2
    words = {
        Unit.URGENT_HOUR: ngettext("%(count)s urgent hour", "%(count)s urgent hours", plural),
        Unit.WORK_HOUR: ngettext("%(count)s working hour", "%(count)s working hours", plural),
        Unit.WORK_DAY: ngettext("%(count)s working day", "%(count)s working days", plural),
        Unit.NATURAL_DAY: ngettext("%(count)s natural day", "%(count)s natural days", plural),
    }
    return words[limit.unit] % {"count": f"{count:f}"}


def procedure_of(case: Any) -> workflow.Procedure:
    """The procedure version the case runs under (kept in memory after the first reading)."""
    return workflow.procedure(case.procedure, case.procedure_version)


def state_of(case: Any) -> str:
    """The case's state by its name, with the request it waits for."""
    procedure = procedure_of(case)
    name = str(procedure.states[case.state].name)
    if not case.pending:
        return name
    return _("%(state)s (asked: %(action)s)") % {"state": name, "action": procedure.action(case.pending).name}


def state_names(codes: Iterable[str]) -> dict[str, str]:
    """Names of states in the active language, in the order of their procedures; what is no state is left out."""
    known = (state for each in workflow.procedures() for state in workflow.procedure(*each).states.values())
    wanted = set(codes)
    return {state.code: str(state.name) for state in known if state.code in wanted}


def role_names(codes: Iterable[str]) -> str:
    """Names of roles in the active language, in the order given."""
    roles = [access.role(code) for code in codes]
    return _(", ").join(in_language(role.name_zh, role.name_en) for role in roles)


def waits_for(case: Any) -> str:
    """Whose step is awaited; empty when it is nobody's."""
    procedure = procedure_of(case)
    if case.pending:
        return role_names(sorted(procedure.action(f"approve_{case.pending}").roles))
    return role_names(procedure.states[case.state].waits_for)


def place_names(codes: Iterable[str]) -> dict[str, str]:
    """Full names of areas and grids in the active language, one query."""
    return dict(geography.place_names(codes, get_language() or "zh-hans"))


@kept_a_moment
def place_name(code: str) -> str:
    """The same of one code, kept a moment."""
    return place_names([code])[code]


def paged(request: Any, read: Callable[[int, int], Iterable[Item]]) -> tuple[list[Item], Pager]:
    """The rows of the page asked for, and links to its neighbours. `read(start, count)` is called once.

    One row more than a page is read, so that no counting of a whole table is needed to know of a next page.
    """
    asked = request.GET.get("page", "1")
    page = min(max(int(asked) if asked.isascii() and asked.isdigit() else 1, 1), LAST_PAGE)
    start = (page - 1) * PAGE
    rows = list(read(start, PAGE + 1))
    shown = rows[:PAGE]
    words = _("%(first)s to %(last)s") % {"first": start + 1, "last": start + len(shown)} if shown else ""
    return shown, Pager(
        query_with(request, page=page - 1) if page > 1 else "",
        query_with(request, page=page + 1) if len(rows) > PAGE and page < LAST_PAGE else "",
        words,
    )
