"""Reads of dispatch: what the rules say of a case, and what other rules would have said of past ones."""

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
    "Group",
    "Judgement",
    "Proposal",
    "Situation",
    "Suggestion",
    "Trial",
    "TriedCase",
    "candidates",
    "decision_words",
    "decisions_of",
    "is_period",
    "judge",
    "line_words",
    "responsible_units",
    "rules_in_force",
    "rules_not_over",
    "suggest",
    "try_proposal",
]
