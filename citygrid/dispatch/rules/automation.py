"""What is sent by itself, and what is left to a person. Pure.

Rules come first, and what was learned speaks where they are silent. Both are asked: where they name different units
nothing is sent, nor where the rules name several. What was learned counts as spoken from SPEAKS on (more likely right
than wrong), and is sent from the confidence that keeps the promised precision.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from citygrid.dispatch.choices import Conclusion, Outcome

SPEAKS = 0.5

_BY_RULES = {
    Outcome.UNIQUE: Conclusion.SENT_BY_RULES,
    Outcome.TIE: Conclusion.TIE,
    Outcome.INACTIVE_UNIT: Conclusion.UNIT_CLOSED,
}


@dataclass(frozen=True, slots=True)
class Likely:
    """A label that may be right, how likely, and the words of the case that speak for it."""

    label: str
    share: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says of a case: the likeliest labels, the confidence in the first, and from which it is sure."""

    model: str  # SHA-256
    confidence: float
    threshold: float
    top: tuple[Likely, ...]

    @property
    def label(self) -> str:
        return self.top[0].label

    @property
    def speaks(self) -> bool:
        return self.confidence >= SPEAKS

    @property
    def is_sure(self) -> bool:
        return self.confidence >= self.threshold

    def as_data(self) -> dict[str, Any]:
        """As JSON values."""
        top = [{"label": one.label, "share": round(one.share, 6), "words": list(one.words)} for one in self.top]
        sure = {"confidence": round(self.confidence, 6), "threshold": round(self.threshold, 6)}
        return {"model": self.model, **sure, "top": top}

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> "Answer":
        """What `as_data` gave."""
        top = tuple(Likely(one["label"], one["share"], tuple(one["words"])) for one in data["top"])
        return cls(data["model"], data["confidence"], data["threshold"], top)


@dataclass(frozen=True, slots=True)
class Receiver:
    """How a unit stands to a case that may be sent to it."""

    is_active: bool
    can_take: bool
    is_away: bool
    is_full: bool


def choose(outcome: Outcome, unit_id: UUID | None, answer: Answer | None) -> tuple[Conclusion, UUID | None]:
    """What follows from the rules' outcome and a model's answer, and the unit where one would be sent to."""
    if outcome != Outcome.NONE:
        is_denied = outcome == Outcome.UNIQUE and answer and answer.speaks and answer.label != str(unit_id)
        return (Conclusion.DISAGREE, None) if is_denied else (_BY_RULES[outcome], unit_id)
    if answer is None:
        return Conclusion.SILENT, None
    return (Conclusion.SENT_BY_MODEL, UUID(answer.label)) if answer.is_sure else (Conclusion.NOT_SURE, None)


def hindrance(*, is_on: bool, is_manual: bool, receiver: Receiver | None) -> Conclusion | None:
    """Why nothing is sent although it is known to whom; None where nothing is in the way."""
    if receiver is None:
        return Conclusion.UNIT_CLOSED
    hindrances = (
        (not is_on, Conclusion.SWITCHED_OFF),
        (is_manual, Conclusion.MANUAL_CATEGORY),
        (not receiver.is_active, Conclusion.UNIT_CLOSED),
        (not receiver.can_take, Conclusion.UNIT_NOT_THERE),
        (receiver.is_away, Conclusion.UNIT_AWAY),
        (receiver.is_full, Conclusion.UNIT_FULL),
    )
    return next((conclusion for is_so, conclusion in hindrances if is_so), None)
