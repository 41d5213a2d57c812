from citygrid.cases.queries.changes import Change, changed, last_step_of_others
from citygrid.cases.queries.corrections import Changed, CorrectionWords
from citygrid.cases.queries.history import Done, done_since, first_dispatches, happened, prove, step, steps
from citygrid.cases.queries.lists import (
    CaseFilter,
    bundled_into,
    cases,
    dispatched,
    lines,
    near,
    open_counts,
    total,
    visible,
    waiting,
    waiting_counts,
    waiting_total,
)
from citygrid.cases.queries.single import PHOTO_OWNER, actions_for, as_seen, case, case_by_number, lamp_of
from citygrid.cases.queries.tasks import Load, able_posts, loads, tasks
from citygrid.cases.queries.tiles import tile

__all__ = [
    "PHOTO_OWNER",
    "CaseFilter",
    "Change",
    "Changed",
    "CorrectionWords",
    "Done",
    "Load",
    "able_posts",
    "actions_for",
    "as_seen",
    "bundled_into",
    "case",
    "case_by_number",
    "cases",
    "changed",
    "dispatched",
    "done_since",
    "first_dispatches",
    "happened",
    "lamp_of",
    "last_step_of_others",
    "lines",
    "loads",
    "near",
    "open_counts",
    "prove",
    "step",
    "steps",
    "tasks",
    "tile",
    "total",
    "visible",
    "waiting",
    "waiting_counts",
    "waiting_total",
]
