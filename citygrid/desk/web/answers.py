"""What automatic dispatch made of a case, and what the model that was asked said: units, how likely, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.access import queries as access
from citygrid.desk.web.steps import StepForm
from citygrid.dispatch import queries as dispatch
from citygrid.dispatch.choices import Conclusion
from citygrid.kernel.memo import kept_a_moment
from citygrid.ui.formats import percent_words

COLUMNS = {  # what speaks for a unit besides words of the case
    "@category": gettext_lazy("the category"),
    "@text": gettext_lazy("the text"),
    "@channel": gettext_lazy("the channel"),
    "@photo": gettext_lazy("whether a photo came with it"),
    "@street": gettext_lazy("the street"),
    "@community": gettext_lazy("the community"),
    "@lon": gettext_lazy("the position"),
    "@lat": gettext_lazy("the position"),
    "@time": gettext_lazy("the time"),
}


class Likely(NamedTuple):
    """A unit that a model named: how likely it is the right one, and what speaks for it."""

    unit_id: UUID
    name: str
    share: str
    why: str


@dataclass(frozen=True)
class Said:
    """What automatic dispatch concluded of a case, and what the model answered ("" and () where none was asked)."""

    conclusion: str
    at: datetime
    sent_to: str
    model: str = ""
    least: str = ""
    likely: tuple[Likely, ...] = ()

    @property
    def first(self) -> UUID | None:
        """The unit that is likeliest."""
        return self.likely[0].unit_id if self.likely else None


def said_in(decisions: Iterable[Any]) -> Said | None:
    """What was said when automatic dispatch decided, once in the life of a case; None where it has not decided."""
    last = next((one for one in reversed(list(decisions)) if one.conclusion), None)
    if last is None:
        return None
    told = (str(last.get_conclusion_display()), last.at, last.sent_to.name if last.sent_to else "")
    answer = dispatch.answer_of(last)
    if answer is None or not answer.confidence:  # strange words suggest nothing
        return Said(*told)
    names = unit_names(tuple(one.label for one in answer.top))
    likely = (
        Likely(UUID(one.label), names.get(one.label, ""), percent_words(one.share), why_words(one.words))
        for one in answer.top
    )
    # Where rules sent it, what the model would have needed says nothing of this case.
    least = "" if last.conclusion == Conclusion.SENT_BY_RULES else _least(answer.threshold)
    return Said(*told, answer.model, least, tuple(one for one in likely if one.name))


class Offered(NamedTuple):
    """The step that charges a unit, and the units to which one press sends the case."""

    form: StepForm
    units: list[Likely]


def offered(said: Said, forms: Iterable[StepForm]) -> Offered | None:
    """The units a model named, as far as the post may charge them now; None where it may charge nobody."""
    form = next((form for form in forms if form.units), None)
    units = [one for one in said.likely if form and str(one.unit_id) in form.units]
    return Offered(form, units) if form and units else None


@kept_a_moment
def unit_names(labels: tuple[str, ...]) -> dict[str, str]:
    """Names of units by their ids as models tell them. One query."""
    found = access.organisations({UUID(label) for label in labels})
    return {str(key): unit.name for key, unit in found.items()}


def why_words(words: Iterable[str]) -> str:
    """What speaks for an answer, in words."""
    told = dict.fromkeys(map(_told, words))
    return _("mostly: %(words)s") % {"words": _(", ").join(told)} if told else ""


def _told(word: str) -> str:
    """A word of the case as it stands, or the column it is about."""
    known = COLUMNS.get(word)
    return str(known) if known else word


def _least(threshold: float) -> str:
    """From which confidence it would have been sent; nothing can be sure enough where no promise can be kept."""
    if threshold > 1:
        return _("no confidence is enough to send this category by itself")
    return _("sent by itself from %(share)s on") % {"share": percent_words(threshold)}
