"""What is right of a report or a case: the fields that ask for it, and how what was corrected is told."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.cases.queries import Changed
from citygrid.cases.services import Correction
from citygrid.desk.web.forms import DECIMAL, area_choices, category_choices
from citygrid.geography.choices import Frame
from citygrid.ui.forms import FoundSelect

TWO_LINES = forms.Textarea(attrs={"rows": 2})


def fields(
    category_key: str, address: str, areas: tuple[str, ...], component: Mapping[str, forms.Field] | None = None
) -> dict[str, forms.Field]:
    """Category and address as they are, to be changed; a position or an area only where the place is another one.

    `component`: the field for it, where there is one to choose.
    """
    kept = _("Leave it empty where the place is right.")
    categories = [("", _("Not known yet")), *category_choices()] if not category_key else category_choices()
    frames = forms.ChoiceField(label=_("Coordinate frame"), choices=Frame.choices, initial=Frame.WGS84)
    return {
        "category": forms.ChoiceField(
            label=_("Category"),
            choices=categories,
            initial=category_key,
            required=bool(category_key),
            widget=FoundSelect,
        ),
        **(component or {}),
        "address": forms.CharField(label=_("Address"), initial=address, required=False, max_length=300),
        "lon": forms.FloatField(label=_("Longitude"), required=False, widget=DECIMAL, help_text=kept),
        "lat": forms.FloatField(label=_("Latitude"), required=False, widget=DECIMAL, help_text=kept),
        "frame": frames,
        "area": forms.ChoiceField(
            label=_("Community"),
            choices=[("", _("As it is")), *area_choices(areas)],
            required=False,
            help_text=_("Only where the exact position is not known."),
        ),
    }


def check(form: forms.Form) -> None:
    """A position needs both of its numbers: said at the one that is missing."""
    given = form.cleaned_data
    missing = [name for name in ("lon", "lat") if given.get(name) is None and name not in form.errors]
    if len(missing) == 1:
        form.add_error(missing[0], _("A position needs both longitude and latitude."))


def read(data: Mapping[str, Any]) -> Correction:
    """What a valid form says is right."""
    return Correction(
        category_key=data["category"],
        lon=data["lon"],
        lat=data["lat"],
        frame=data["frame"],
        area_code=data["area"],
        address=data["address"],
        component_id=data.get("component", ""),
    )


class CorrectForm(forms.Form):
    """What is right of a report, and why. `expected_seq` is the history the page showed."""

    expected_seq = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any, report: Any, areas: tuple[str, ...]) -> None:
        super().__init__(data, auto_id="correct_%s", initial={"expected_seq": report.head_seq})
        self.fields |= fields(report.category_id or "", report.address, areas)
        self.fields["reason"] = forms.CharField(label=_("Reason"), max_length=500, widget=TWO_LINES)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        check(self)
        return given


class UnjoinForm(forms.Form):
    """Why a report does not belong to its case, and where it belongs instead."""

    expected_seq = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=TWO_LINES)
    number = forms.CharField(
        label=gettext_lazy("Join it to this case instead"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("A case number. Left empty, the report waits for a decision again."),
    )

    def __init__(self, data: Any = None, report: Any = None) -> None:
        super().__init__(data, auto_id="unjoin_%s", initial={"expected_seq": report.head_seq if report else 0})


def details(changes: Iterable[Changed]) -> tuple[tuple[str, str], ...]:
    """(what, "before → after") for everything that a correction changed."""
    labels = {
        "category": _("Category"),
        "component": _("Component"),
        "area": _("Place"),
        "location": _("Position (WGS-84)"),
        "address": _("Address"),
    }
    unknown = _("not known")
    return tuple((labels[what], f"{was or unknown} → {now or unknown}") for what, was, now in changes)
