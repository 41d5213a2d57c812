"""Pure rules of a case: its history, the fold of it, its lamp."""

from citygrid.cases.rules.fold import CaseState, apply, fold
from citygrid.cases.rules.history import Given, PastStep, first_break, seal

__all__ = ["CaseState", "Given", "PastStep", "apply", "first_break", "fold", "seal"]
