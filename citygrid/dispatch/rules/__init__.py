"""The pure rules of dispatch: who is responsible, and what is sent by itself."""

from citygrid.dispatch.rules.automation import Answer, Likely, Receiver, choose, hindrance
from citygrid.dispatch.rules.responsibility import (
    Line,
    RuleBook,
    RuleFacts,
    Situation,
    Verdict,
    effect_of,
    resolve,
)

__all__ = [
    "Answer",
    "Likely",
    "Line",
    "Receiver",
    "RuleBook",
    "RuleFacts",
    "Situation",
    "Verdict",
    "choose",
    "effect_of",
    "hindrance",
    "resolve",
]
