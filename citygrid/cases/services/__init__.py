from citygrid.cases.rules import Correction, Given
from citygrid.cases.services.bulk import History, HistoryStep, record_history
from citygrid.cases.services.clocks import (
    MovedDeadline,
    change_calendar_day,
    follow_calendar,
    moved_by,
    recompute_provisional,
    resume_due,
)
from citygrid.cases.services.life import Opening, StepResult, make_part, open_case, take_step, take_steps
from citygrid.cases.services.once import StepTaken, take_step_once
from citygrid.cases.services.tallies import fold_tallies, recount_tallies
from citygrid.cases.services.telling import tell_due, tell_of_step
from citygrid.cases.services.withhold import withhold_case

__all__ = [
    "Correction",
    "Given",
    "History",
    "HistoryStep",
    "MovedDeadline",
    "Opening",
    "StepResult",
    "change_calendar_day",
    "StepTaken",
    "fold_tallies",
    "follow_calendar",
    "make_part",
    "moved_by",
    "open_case",
    "recompute_provisional",
    "record_history",
    "recount_tallies",
    "resume_due",
    "take_step",
    "take_step_once",
    "take_steps",
    "tell_due",
    "tell_of_step",
    "withhold_case",
]
