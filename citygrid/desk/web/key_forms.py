"""The form in which a person chooses letters for keys."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.desk.rules import ALWAYS, ANSWERS, Keys, unfit
from citygrid.intake import permissions as intake
from citygrid.kernel.actor import Actor
from citygrid.workflow import queries as workflow

LISTS = {
    "next": gettext_lazy("Next of the list"),
    "previous": gettext_lazy("Previous of the list"),
    "select": gettext_lazy("Select, or not"),
    "undo": gettext_lazy("Take back the last action"),
    "news": gettext_lazy("Bring in what is new"),
}
REPORTS = {
    "accept": gettext_lazy("Accept"),
    "join": gettext_lazy("Join"),
    "refuse": gettext_lazy("Refuse the report"),
    "correct": gettext_lazy("Correct category or place"),
    "address": gettext_lazy("Another address"),
}
REQUESTS = {"approve": gettext_lazy("Approve a request"), "decline": gettext_lazy("Decline a request")}
LETTER = {"maxlength": 1, "size": 1, "autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}


class KeysForm(forms.Form):
    """A letter for each thing this post can do by a key; an empty field means the usual letter."""

    def __init__(self, actor: Actor, keys: Keys, data: Any = None) -> None:
        super().__init__(data)
        self.own = keys.own
        self.groups: list[tuple[str, list[str]]] = []
        self._add(_("In every list"), LISTS, keys)
        if actor.may(intake.TRIAGE):
            self._add(_("Reports"), REPORTS, keys)
        self._add(_("Cases"), _steps(actor), keys)

    def _add(self, title: str, labels: Mapping[str, Any], keys: Keys) -> None:
        new = {code: label for code, label in labels.items() if code not in self.fields}
        for code, label in new.items():
            widget = forms.TextInput(attrs={**LETTER, "placeholder": usual_letter(code, keys)})
            first = keys.own.get(code)
            self.fields[code] = forms.CharField(
                label=label, required=False, max_length=1, initial=first, widget=widget
            )
        if new:
            self.groups.append((title, list(new)))

    def shown(self) -> Iterable[tuple[str, list[forms.BoundField]]]:
        """Titles with the fields below them."""
        return [(title, [self[code] for code in codes]) for title, codes in self.groups]

    def clean(self) -> dict[str, Any]:
        """Only what was chosen; what was chosen at other posts of the person stays."""
        chosen = {code: str(letter).lower() for code, letter in self.cleaned_data.items() if letter}
        letters = {code: letter for code, letter in self.own.items() if code not in self.fields} | chosen
        for code in sorted(unfit(letters)):
            self.add_error(code if code in self.fields else None, _("Another letter, which no other key here has."))
        return {"letters": letters}


def usual_letter(code: str, keys: Keys) -> str:
    """The letter of what nobody chose another for, beside the keys that must always work."""
    usual = Keys(keys.always)
    return (ALWAYS | ANSWERS).get(code) or (usual.of_steps([(code, "")]) | usual.report)[code]


def _steps(actor: Actor) -> dict[str, Any]:
    """The steps that this post may take in the newest procedures; a request is approved or not, whatever of."""
    found: dict[str, Any] = {}
    for code, version in workflow.procedures():
        for action in workflow.procedure(code, version).actions.values():
            if actor.role not in action.roles or action.automatic:
                continue
            if action.phase in ANSWERS:
                found[action.phase] = REQUESTS[action.phase]
            else:
                found.setdefault(action.code, action.name)
    return found
