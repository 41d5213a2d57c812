"""What the pages of everybody ask for."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.cases.queries import PublicFilter
from citygrid.catalogue import queries as catalogue
from citygrid.geography import queries as geography
from citygrid.geography.choices import Frame, Level
from citygrid.intake.services import LONGEST_DESCRIPTION, MOST_PHOTOS, ReportIn
from citygrid.kernel.memo import kept_a_moment
from citygrid.ui.forms import FoundSelect

HELD_SALT, HELD_SECONDS = "portal.held", 86_400
OPEN = {"1": True, "0": False}


@kept_a_moment
def category_choices() -> list[Any]:
    """Categories of the public schemes that take cases, in groups by major."""
    return [group for scheme in catalogue.public_schemes() for group in catalogue.category_choices(scheme)]


@kept_a_moment
def area_choices(with_streets: bool) -> list[Any]:
    """Communities in groups by street; for filters each street too."""
    groups: dict[str, list[tuple[str, str]]] = {}
    streets = {street.code: street.name for street in geography.areas_below("", Level.STREET)}
    for community in geography.areas_below("", Level.COMMUNITY):
        code = community.code[:9]
        whole = [(code, _("All: %(name)s") % {"name": streets.get(code, code)})] if with_streets else []
        groups.setdefault(code, whole).append((community.code, community.name))
    return [(streets.get(code, code), found) for code, found in groups.items()]


class CasesForm(forms.Form):
    """Filters of the list, from the address."""

    words = forms.CharField(label=gettext_lazy("Number or kind of problem"), required=False, max_length=60)
    area = forms.ChoiceField(label=gettext_lazy("Area"), required=False)
    is_open = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("All")), ("1", gettext_lazy("Open")), ("0", gettext_lazy("Closed"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [("", _("Everywhere")), *area_choices(True)]  # type: ignore[attr-defined]

    def asked(self) -> PublicFilter:
        """The filter."""
        given = self.cleaned_data
        return PublicFilter(area_code=given["area"], words=given["words"], is_open=OPEN.get(given["is_open"]))


class ReportForm(forms.Form):
    """A report: words and a place are needed, all else may be left out.

    `held`: photos that came with an earlier try, signed, so that none has to be chosen twice. `seen`: the cases nearby
    were looked at.
    """

    photo = forms.FileField(
        label=gettext_lazy("Photo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=gettext_lazy("Where it was taken and with what is removed before anybody else sees it."),
    )
    description = forms.CharField(
        label=gettext_lazy("What is wrong?"),
        max_length=LONGEST_DESCRIPTION,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Please name nobody: no names, telephone numbers or number plates."),
    )
    area_code = forms.ChoiceField(label=gettext_lazy("Community"), required=False, widget=FoundSelect)
    address = forms.CharField(label=gettext_lazy("Address, or what is near"), required=False, max_length=300)
    category_key = forms.ChoiceField(label=gettext_lazy("Kind of problem"), required=False, widget=FoundSelect)
    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        help_text=gettext_lazy("Only for questions about this report; kept encrypted, never shown."),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    is_confidential = forms.BooleanField(
        label=gettext_lazy("Keep this report and its photo from the public"), required=False
    )
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    frame = forms.ChoiceField(required=False, choices=Frame.choices, widget=forms.HiddenInput)
    held = forms.CharField(required=False, widget=forms.HiddenInput)
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    seen = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, initial={"key": uuid4(), "frame": Frame.WGS84})
        choose = [("", _("Not known"))]
        self.fields["area_code"].choices = [*choose, *area_choices(False)]  # type: ignore[attr-defined]
        self.fields["category_key"].choices = [*choose, *category_choices()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A place is a mark on the map or a community."""
        given: dict[str, Any] = super().clean() or {}
        if not given.get("area_code") and (given.get("lon") is None or given.get("lat") is None):
            self.add_error("area_code", _("Choose the community, or mark the place on the map."))
        return given

    def report(self, photos: list[UUID]) -> ReportIn:
        """What is handed in. The mark on the map says more than the community."""
        given = self.cleaned_data
        names = ("description", "address", "category_key", "is_confidential")
        place = {name: given[name] for name in ("lon", "lat")}
        is_marked = None not in place.values()
        return ReportIn(
            channel="internet",
            frame=given["frame"] or Frame.WGS84,
            area_code="" if is_marked else given["area_code"],
            contact={name: given[name] for name in ("phone", "email") if given[name]},
            photos=tuple(photos),
            **{name: given[name] for name in names},
            **(place if is_marked else {}),
        )


def hold(photos: list[UUID]) -> str:
    """Photos that were received, signed for who sent them."""
    return signing.dumps([str(one) for one in photos], salt=HELD_SALT) if photos else ""


def held(token: str) -> list[UUID]:
    """Those photos; none for a token that is not ours, or older than a day."""
    try:
        told = signing.loads(token, salt=HELD_SALT, max_age=HELD_SECONDS) if token else []
    except signing.BadSignature:
        told = []
    return [UUID(one) for one in told][:MOST_PHOTOS]
