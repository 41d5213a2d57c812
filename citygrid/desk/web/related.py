"""What belongs to a case: its reports, cases bundled with it, its parts, and others at the same place."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from citygrid.cases import queries as cases
from citygrid.desk.web.words import state_of
from citygrid.intake import permissions as intake_permissions
from citygrid.intake import queries as intake
from citygrid.kernel.actor import Actor
from citygrid.ui.formats import distance_words


@dataclass(frozen=True)
class Other:
    """Another case as a line: what it is, and where it stands."""

    case: Any
    words: str
    state: str


@dataclass(frozen=True)
class Related:
    """All that belongs to a case, as far as the post sees it; `by_reporter` counts what its reporters sent besides."""

    reports: list[Any]
    linked: list[Other]
    nearby: list[Other]
    by_reporter: int


def related_of(case: Any, actor: Actor) -> Related:
    """Four queries at most: reports, links, neighbours, and the count."""
    words = {
        cases.Relation.BUNDLED_HERE: _("bundled into this case"),
        cases.Relation.BUNDLED_INTO: _("this case was bundled into it"),
        cases.Relation.PART: _("part of this case"),
        cases.Relation.WHOLE: _("this case is part of it"),
    }
    reports = list(intake.reports_of_case(case.pk, actor)) if actor.may(intake_permissions.VIEW) else []
    found = cases.linked(case.pk, actor)
    known = {one.case.pk for one in found}
    return Related(
        reports=reports,
        linked=[Other(one.case, words[one.relation], state_of(one.case)) for one in found],
        nearby=[
            Other(one, distance_words(one.distance.m), state_of(one))
            for one in cases.at_same_place(case, actor)
            if one.pk not in known
        ],
        by_reporter=intake.others_of_reporter(case.pk, actor) if reports else 0,
    )
