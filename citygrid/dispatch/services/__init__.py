"""Writes of dispatch: one verb, one transaction."""

from citygrid.dispatch.services.automation import LimitIn, limit_unit, put_back, take_out, watch
from citygrid.dispatch.services.decisions import AUTOMATIC, PastDecision, decide, dispatch_filed, record_decisions
from citygrid.dispatch.services.learned import (
    QUEUE,
    TRAINER,
    ask_replay,
    ask_training,
    promise,
    replay,
    switch,
    train,
)
from citygrid.dispatch.services.responsibility import RuleIn, add_rule, add_rules, end_rule, end_rules
from citygrid.dispatch.services.trial import effective_day, rule_changes, rule_key, try_changes, try_rules

__all__ = [
    "AUTOMATIC",
    "QUEUE",
    "TRAINER",
    "LimitIn",
    "PastDecision",
    "RuleIn",
    "add_rule",
    "add_rules",
    "ask_replay",
    "ask_training",
    "decide",
    "dispatch_filed",
    "effective_day",
    "end_rule",
    "end_rules",
    "limit_unit",
    "promise",
    "put_back",
    "record_decisions",
    "replay",
    "rule_changes",
    "rule_key",
    "switch",
    "take_out",
    "train",
    "try_changes",
    "try_rules",
    "watch",
]
