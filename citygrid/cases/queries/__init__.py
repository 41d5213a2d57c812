from citygrid.cases.queries.corrections import Changed, CorrectionWords
from citygrid.cases.queries.history import Done, done_since, first_dispatches, prove, step, steps
from citygrid.cases.queries.lists import (
    CaseFilter,
    bundled_into,
    cases,
    dispatched,
    lines,
    near,
    open_counts,
    visible,
    waiting,
    waiting_counts,
    waiting_total,
)
from citygrid.cases.queries.single import PHOTO_OWNER, actions_for, as_seen, case, case_by_number, lamp_of
from citygrid.cases.queries.tiles import tile

__all__ = [
    "PHOTO_OWNER",
    "CaseFilter",
    "Changed",
    "CorrectionWords",
    "Done",
    "actions_for",
    "as_seen",
    "bundled_into",
    "case",
    "case_by_number",
    "cases",
    "dispatched",
    "done_since",
    "first_dispatches",
    "lamp_of",
    "lines",
    "near",
    "open_counts",
    "prove",
    "step",
    "steps",
    "tile",
    "visible",
    "waiting",
    "waiting_counts",
    "waiting_total",
]
