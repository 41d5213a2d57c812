"""The pure engine: what a procedure is, what it allows, how it looks."""

from citygrid.workflow.rules.differences import Difference, differences
from citygrid.workflow.rules.engine import Move, Situation, begin, judge, offers
from citygrid.workflow.rules.picture import picture
from citygrid.workflow.rules.procedure import AFTER, FINISH, GIVE, TAKE_BACK, Action, Procedure, State, parse

__all__ = [
    "AFTER",
    "FINISH",
    "GIVE",
    "TAKE_BACK",
    "Action",
    "Difference",
    "Move",
    "Procedure",
    "Situation",
    "State",
    "begin",
    "differences",
    "judge",
    "offers",
    "parse",
    "picture",
]
