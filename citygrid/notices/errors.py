from collections.abc import Sequence
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Conflict, Invalid, Words


class WrongParams(Invalid):
    """A notice that its template cannot say: the template is unknown, or a field is missing or of another kind."""

    code = "notices.wrong_params"
    message = _("The notice does not fit its template: %(reason)s")


class WordsUnfit(Invalid):
    """Words that a template cannot have; `fields` maps the part ("text_zh") to what is wrong with it."""

    code = "notices.words_unfit"
    message = _("The template cannot say this: %(reason)s")
    hint = _("Write a field as {number}, by one of the names that are listed, in both languages.")
    # By the words of `rules`.
    TOLD: ClassVar[dict[str, Words]] = {
        "missing": _("A value is needed."),
        "long": _("This is too long."),
        "broken": _("A brace is left open, or holds something else than the name of a field."),
        "unknown": _("{%(field)s} is no field that may stand here."),
        "needed": _("{%(field)s} is missing: without it nobody knows what the notice is about."),
        "one_sided": _("{%(field)s} is missing: it stands in the other language."),
    }

    def __init__(self, faults: Sequence[tuple[str, str, str]]) -> None:
        """`faults`: what is wrong, with which part of the words, and with which field there."""
        told: dict[str, list[str]] = {}
        for what, part, field in faults:
            told.setdefault(part, []).append(self.TOLD[what] % {"field": field})
        super().__init__(fields={part: " ".join(words) for part, words in told.items()})


class StartsInThePast(Invalid):
    code = "notices.starts_in_the_past"
    message = _("New words cannot hold from a moment that is over: what was told keeps its words.")


class LaterWordsThere(Conflict):
    code = "notices.later_words_there"
    message = _("Other words are published from %(at)s on; these cannot hold from an earlier moment.")
    hint = _("Let them hold from that moment or later.")
