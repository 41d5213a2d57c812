"""The form in which parts of a picture are named that its copies shall hide, in hundredths of its width and height."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from citygrid.evidence.choices import MOST_BOXES, Hidden
from citygrid.evidence.registry import Box

EDGES = ("left", "top", "width", "height")
LABELS = {
    "left": gettext_lazy("From the left, %"),
    "top": gettext_lazy("From the top, %"),
    "width": gettext_lazy("Width, %"),
    "height": gettext_lazy("Height, %"),
}


class PartForm(forms.Form):
    """One part. What was never filled in counts as none."""

    kind = forms.ChoiceField(label=gettext_lazy("What it shows"), choices=Hidden.choices, initial=Hidden.OTHER)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        for name in EDGES:
            widget = forms.NumberInput(attrs={"step": "any", "min": 0, "max": 100, "inputmode": "decimal"})
            self.fields[name] = forms.FloatField(label=LABELS[name], min_value=0, max_value=100, widget=widget)

    @property
    def box(self) -> Box:
        """What was filled in."""
        return Box(self.cleaned_data["kind"], *(self.cleaned_data[name] / 100 for name in EDGES))


PartFormSet = forms.formset_factory(PartForm, extra=2, can_delete=True, max_num=MOST_BOXES, validate_max=True)


def filled(boxes: Iterable[Box]) -> Any:
    """The form as it stands where these parts are hidden already."""
    rows = [{"kind": box.kind, **{name: round(getattr(box, name) * 100, 3) for name in EDGES}} for box in boxes]
    return PartFormSet(initial=rows, prefix="part")


def boxes(parts: Any) -> list[Box]:
    """What shall be hidden, of a valid form."""
    return [form.box for form in parts.forms if form.has_changed() and form not in parts.deleted_forms]
