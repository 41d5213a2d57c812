"""Writes of dispatch: one verb, one transaction."""

from citygrid.dispatch.services.responsibility import (
    AUTOMATIC,
    RuleIn,
    add_rule,
    add_rules,
    decide,
    dispatch_filed,
    end_rule,
    end_rules,
)
from citygrid.dispatch.services.trial import effective_day, rule_changes, rule_key, try_changes, try_rules

__all__ = [
    "AUTOMATIC",
    "RuleIn",
    "add_rule",
    "add_rules",
    "decide",
    "dispatch_filed",
    "effective_day",
    "end_rule",
    "end_rules",
    "rule_changes",
    "rule_key",
    "try_changes",
    "try_rules",
]
