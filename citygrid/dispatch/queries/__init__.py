"""Reads of dispatch: what the rules say of a case, what others would have said, and what a report may be about."""

from citygrid.dispatch.queries.duplicates import NEAR_M, SHOWN, Said, Suspect, duplicates_model, suspects
from citygrid.dispatch.queries.trial import (
    MOST,
    Group,
    Proposal,
    Trial,
    TriedCase,
    is_period,
    responsible_units,
    try_proposal,
)
from citygrid.dispatch.queries.verdicts import (
    Judgement,
    Suggestion,
    candidates,
    decision_words,
    decisions_of,
    judge,
    line_words,
    rules_in_force,
    rules_not_over,
    suggest,
)
from citygrid.dispatch.rules import Situation

__all__ = [
    "MOST",
    "NEAR_M",
    "SHOWN",
    "Group",
    "Judgement",
    "Proposal",
    "Said",
    "Situation",
    "Suggestion",
    "Trial",
    "Suspect",
    "TriedCase",
    "candidates",
    "decision_words",
    "decisions_of",
    "duplicates_model",
    "is_period",
    "judge",
    "line_words",
    "responsible_units",
    "rules_in_force",
    "rules_not_over",
    "suggest",
    "suspects",
    "try_proposal",
]
