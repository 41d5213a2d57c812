"""Pure rules of a case: its history, the fold of it, its lamp."""

from citygrid.cases.rules.fold import CaseState, apply, fold
from citygrid.cases.rules.history import Correction, Given, PastStep, first_break, matter, seal
from citygrid.cases.rules.work import Outcome, Work, works

__all__ = [
    "CaseState",
    "Correction",
    "Given",
    "Outcome",
    "PastStep",
    "Work",
    "apply",
    "first_break",
    "fold",
    "matter",
    "seal",
    "works",
]
