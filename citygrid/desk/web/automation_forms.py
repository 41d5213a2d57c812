"""What is asked about automatic dispatch: a category to leave to people, a limit of a unit, days to replay."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.desk.web.forms import DateInput, all_units, category_choices
from citygrid.dispatch.choices import ModelState, Target
from citygrid.dispatch.queries import is_period
from citygrid.dispatch.services import LimitIn
from citygrid.ui.forms import FoundSelect

USUAL_DAYS = timedelta(days=28)
LONGEST_NOTE, MOST_OPEN = 300, 100_000
LIMITS = ("most_open", "away_from_date", "away_until_date")


class TargetForm(forms.Form):
    """What a new model is to say."""

    target = forms.ChoiceField(label=gettext_lazy("What it says"), choices=Target.choices)


class StateForm(forms.Form):
    """Whether a model is to answer, and whether that counts."""

    state = forms.ChoiceField(label=gettext_lazy("State"), choices=ModelState.choices)


class PromiseForm(forms.Form):
    """The share of right answers that is promised; each choice says what it costs. Which there are, the card says."""

    def __init__(self, data: Any, choices: list[tuple[str, str]], now: float) -> None:
        super().__init__(data, initial={"promise": f"{now:g}"})
        self.fields["promise"] = forms.TypedChoiceField(
            label=gettext_lazy("Promised precision"),
            choices=choices,
            coerce=float,
            widget=forms.Select(attrs={"data-slider": "#trades"}),
        )


class TakeOutForm(forms.Form):
    """A category of which every case is to be left to a person, and why."""

    category = forms.ChoiceField(label=gettext_lazy("Category"), widget=FoundSelect)
    note = forms.CharField(label=gettext_lazy("Why"), max_length=LONGEST_NOTE, strip=True)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        _offer(self, "category", [("", _("Choose a category")), *category_choices()])


class LimitForm(forms.Form):
    """How much a unit takes by itself; nothing filled in: as much as comes."""

    unit = forms.ChoiceField(label=gettext_lazy("Unit"), widget=FoundSelect)
    most_open = forms.IntegerField(
        label=gettext_lazy("Most open cases"),
        required=False,
        min_value=0,
        max_value=MOST_OPEN,
        help_text=gettext_lazy("With so many, every further case is left to a person. Blank: no limit."),
    )
    away_from_date = forms.DateField(label=gettext_lazy("Away from"), required=False, widget=DateInput())
    away_until_date = forms.DateField(label=gettext_lazy("Away until (included)"), required=False, widget=DateInput())

    def __init__(self, data: Any = None, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        units = [(str(unit.id), unit.name) for unit in all_units()]
        _offer(self, "unit", [("", _("Choose a unit")), *units])

    def unit_id(self) -> UUID:
        return UUID(self.cleaned_data["unit"])

    def limit(self) -> LimitIn:
        """What the service takes."""
        return LimitIn(**{name: self.cleaned_data[name] for name in LIMITS})


class ReplayForm(forms.Form):
    """The days, both included, on whose closed cases a model is to be replayed."""

    since = forms.DateField(label=gettext_lazy("First day"), widget=DateInput())
    until = forms.DateField(label=gettext_lazy("Last day (included)"), widget=DateInput())

    def __init__(self, data: Any, today: date) -> None:
        super().__init__(data, initial={"since": today - USUAL_DAYS, "until": today})

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if {"since", "until"} <= given.keys() and not is_period(given["since"], given["until"]):
            self.add_error(
                "until", _("The first day must not lie after the last one, nor more than a year before it.")
            )
        return given


def _offer(form: forms.Form, name: str, choices: Any) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
    field.choices = choices
