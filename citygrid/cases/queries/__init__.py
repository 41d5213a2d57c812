from citygrid.cases.queries.changes import Change, changed, last_step_of_others
from citygrid.cases.queries.corrections import Changed, CorrectionWords
from citygrid.cases.queries.history import Done, done_since, first_dispatches, happened, prove, step, steps
from citygrid.cases.queries.lists import (
    CaseFilter,
    Concerned,
    cases,
    concerned_by_standard,
    dispatched,
    lines,
    open_counts,
    total,
    visible,
    waiting,
    waiting_counts,
    waiting_total,
)
from citygrid.cases.queries.outcomes import open_of_unit, settled
from citygrid.cases.queries.related import Linked, Relation, at_same_place, linked, near
from citygrid.cases.queries.single import PHOTO_OWNER, actions_for, as_seen, case, case_by_number, lamp_of
from citygrid.cases.queries.tasks import Load, able_posts, loads, moment_lamp, task_lamp, tasks
from citygrid.cases.queries.tiles import tile
from citygrid.cases.rules import Outcome, Work, works

__all__ = [
    "PHOTO_OWNER",
    "CaseFilter",
    "Concerned",
    "Change",
    "Changed",
    "CorrectionWords",
    "Done",
    "Linked",
    "Load",
    "Outcome",
    "Relation",
    "Work",
    "able_posts",
    "actions_for",
    "as_seen",
    "at_same_place",
    "case",
    "case_by_number",
    "cases",
    "changed",
    "concerned_by_standard",
    "dispatched",
    "done_since",
    "first_dispatches",
    "happened",
    "lamp_of",
    "last_step_of_others",
    "lines",
    "linked",
    "loads",
    "moment_lamp",
    "near",
    "open_counts",
    "open_of_unit",
    "prove",
    "step",
    "settled",
    "steps",
    "task_lamp",
    "tasks",
    "tile",
    "total",
    "visible",
    "waiting",
    "waiting_counts",
    "waiting_total",
    "works",
]
