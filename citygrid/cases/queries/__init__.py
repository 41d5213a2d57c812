from citygrid.cases.queries.history import Done, done_since, prove, steps
from citygrid.cases.queries.lists import (
    CaseFilter,
    bundled_into,
    cases,
    near,
    open_counts,
    visible,
    waiting,
    waiting_counts,
)
from citygrid.cases.queries.single import actions_for, case, case_by_number, lamp_of

__all__ = [
    "CaseFilter",
    "Done",
    "actions_for",
    "bundled_into",
    "case",
    "case_by_number",
    "cases",
    "done_since",
    "lamp_of",
    "near",
    "open_counts",
    "prove",
    "steps",
    "visible",
    "waiting",
    "waiting_counts",
]
