"""What the pages of layers ask for."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from citygrid.desk.web.forms import DateInput
from citygrid.geography.choices import AreaLayer, Frame, LayerKind, Level

FORMS = [("geojson", "GeoJSON"), ("gpkg", "GeoPackage"), ("shp.zip", _("Shapefile (zip)"))]


def _most() -> str:
    words = gettext("GeoJSON, GeoPackage or zipped Shapefile (.shp, .dbf, .prj, .cpg), at most %(count)s MB.")
    return words % {"count": settings.LAYER_MOST_BYTES >> 20}


class SystemForm(forms.Form):
    """The coordinate system of a file; a number is asked for where it is none of the usual ones."""

    system = forms.ChoiceField(label=_("Coordinate system"), required=False)
    epsg = forms.CharField(
        label=_("EPSG number of another system"),
        required=False,
        max_length=12,
        help_text=_("For example 4548 for CGCS2000 / 3-degree Gauss-Kruger, meridian 117°."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    usual: list[tuple[str, Any]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["system"]
        field.choices = [*self.usual, *Frame.choices]

    def named(self) -> str:
        """The system as the services take it: a typed number goes before the choice."""
        return str(self.cleaned_data["epsg"].strip() or self.cleaned_data["system"])


class LayerFileForm(SystemForm):
    """A file to check against a layer."""

    usual = [("", _("As the file says"))]
    file = forms.FileField(
        label=_("File"),
        help_text=lazy(_most, str)(),
        widget=forms.FileInput(attrs={"accept": ".geojson,.json,.gpkg,.zip"}),
        allow_empty_file=True,
    )
    from_date = forms.DateField(label=_("Holds from"), widget=DateInput())
    ends_missing = forms.BooleanField(label=_("End the features that the file does not have"), required=False)
    file_layer = forms.CharField(
        label=_("Layer in the file"), required=False, max_length=100, help_text=_("Where the file has several.")
    )
    code_field = forms.CharField(label=_("Field of the code"), initial="code", max_length=60)
    name_field = forms.CharField(label=_("Field of the Chinese name"), initial="name", max_length=60)
    name_en_field = forms.CharField(label=_("Field of the English name"), initial="name_en", max_length=60)
    field_order = ["file", "system", "epsg", "from_date", "ends_missing"]
    # What is seldom needed stands in a fold.
    SELDOM = ("file_layer", "code_field", "name_field", "name_en_field")

    def often(self) -> list[Any]:
        return [field for field in self.visible_fields() if field.name not in self.SELDOM]

    def seldom(self) -> list[Any]:
        return [self[name] for name in self.SELDOM]

    def folds_open(self) -> bool:
        return any(self[name].errors for name in self.SELDOM)


class TakeForm(SystemForm):
    """The file to take out."""

    form = forms.ChoiceField(label=_("Format"), choices=FORMS)
    field_order = ["form", "system", "epsg"]


class PublishForm(forms.Form):
    """From when a draft holds, and why."""

    revision = forms.IntegerField(widget=forms.HiddenInput())
    from_date = forms.DateField(label=_("Holds from"), widget=DateInput())
    note = forms.CharField(label=_("What was changed, and why"), required=False, max_length=500)


class LayerForm(forms.Form):
    """A new layer."""

    code = forms.CharField(
        label=_("Code"),
        max_length=50,
        help_text=_("Small letters, digits, hyphens and underscores; the six area layers have codes of their own."),
    )
    name_zh = forms.CharField(label=_("Chinese name"), max_length=200)
    name_en = forms.CharField(label=_("English name"), required=False, max_length=200)
    tiles = forms.ChoiceField(
        label=_("Covers without a gap"),
        required=False,
        choices=[("", _("Nothing in particular")), *[(level, level.label) for level in Level]],
        help_text=_("Features together must fill each area of this level that they lie in."),
    )

    has_hours = forms.BooleanField(
        label=_("Zones with hours"),
        required=False,
        help_text=_("Each feature says whether its place is forbidden or allowed, and at which hours of which days."),
    )

    def kind(self) -> LayerKind:
        """The kind follows from the code, and from whether its features have hours."""
        if self.cleaned_data["has_hours"]:
            return LayerKind.ZONE
        return LayerKind.AREA if self.cleaned_data["code"] in AreaLayer.values else LayerKind.THEMATIC
