"""What the pages ask for: filters and reports. The forms of steps stand in `steps`."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from citygrid.access import queries as access
from citygrid.cases.choices import Lamp, Source
from citygrid.cases.queries import CaseFilter
from citygrid.catalogue import queries as catalogue
from citygrid.desk.choices import Period
from citygrid.desk.web.photos import PhotosField
from citygrid.evidence.choices import Role
from citygrid.geography import queries as geography
from citygrid.geography.choices import Frame, Level, ShapeFault
from citygrid.geography.errors import UnusableGeometry
from citygrid.intake.choices import Flaw, ReportState
from citygrid.intake.permissions import TRIAGE
from citygrid.intake.queries import ReportFilter
from citygrid.intake.services import LONGEST_DESCRIPTION, ReportIn
from citygrid.kernel.actor import Actor
from citygrid.kernel.memo import kept_a_moment
from citygrid.ui.forms import FoundSelect
from citygrid.ui.tables import query_with
from citygrid.workflow import queries as workflow

Choices = list[tuple[str, Any]]
DECIMAL = forms.TextInput(attrs={"inputmode": "decimal"})  # a number field would scroll its value away
ANY: tuple[str, str | Promise] = ("", _("Any"))
ME = "me"  # who sent a report


OPEN = {"1": True, "0": False}
IS_OPEN: dict[str, bool] = {Lamp.RED: True, "late": False}
LATE = "late"  # red as well, but of cases that have ended: "Overdue" is what still can be hurried


class DateInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self, **attrs: str) -> None:
        super().__init__(format="%Y-%m-%d", attrs=attrs)


@kept_a_moment
def category_choices(with_majors: bool = False, procedures: frozenset[str] | None = None) -> Choices:
    """Categories that take cases, in groups by major; for filters each major too, as the whole of its group.

    `procedures`: only those whose cases follow one of these.
    """
    groups: dict[str, list[tuple[str, str]]] = {}
    for scheme in catalogue.schemes():
        for leaf in catalogue.leaf_categories(scheme.code):
            if procedures is not None and leaf.procedure not in procedures:
                continue
            group = groups.setdefault(leaf.major or scheme.name, [])
            if with_majors and leaf.major_key and not group:
                group.append((leaf.major_key, gettext("All: %(name)s") % {"name": leaf.major}))
            group.append((leaf.key, leaf.name))
    return list(groups.items())


@kept_a_moment
def area_choices(prefixes: tuple[str, ...]) -> Choices:
    """Streets and communities below these codes, in groups by street."""
    streets = _areas(prefixes, Level.STREET)
    groups: dict[str, list[tuple[str, str]]] = {
        street.code: [(street.code, gettext("All: %(name)s") % {"name": street.name})] for street in streets
    }
    names = {street.code: street.name for street in streets}
    for community in _areas(prefixes, Level.COMMUNITY):
        groups.setdefault(community.code[:9], []).append((community.code, community.name))
    return [(names.get(code, code), found) for code, found in groups.items()]


def _areas(prefixes: tuple[str, ...], level: Level) -> list[Any]:
    return [area for prefix in prefixes for area in geography.areas_below(prefix, level)]


@kept_a_moment
def state_choices() -> Choices:
    """States of the newest version of every procedure."""
    states: dict[str, Any] = {}
    for code, version in reversed(workflow.procedures()):
        states.update({state.code: state.name for state in workflow.procedure(code, version).states.values()})
    return list(states.items())


class Preset(NamedTuple):
    """One press that narrows a list to a span of days, or takes that off again."""

    label: str
    url: str
    is_current: bool


class FilterForm(forms.Form):
    """Filters of a list, from the address."""

    since = ""  # the field of the first day, where the list may be narrowed to a period

    @property
    def is_more_used(self) -> bool:
        """Whether a filter beyond the three of the row is set, so that the fold is shown open."""
        return any(field.value() for field in self.visible_fields()[3:])

    def presets(self, request: HttpRequest) -> list[Preset]:
        """The periods, each a press; empty for a list without one."""
        if not self.since:
            return []
        current = request.GET.get("period", "")
        return [
            Preset(
                str(period.label),
                query_with(request, period=None if period == current else period.value, page=None),
                period == current,
            )
            for period in Period
        ]

    def since_day(self, today: date) -> date | None:
        """The first day wanted: of the period if there is one, else as it was chosen."""
        chosen: date | None = self.cleaned_data.get(self.since)
        period = self.cleaned_data.get("period")
        return Period(period).first_day(today) if period else chosen

    def told(self) -> list[tuple[str, str]]:
        """What narrows the list, by the words of the form: (label, value)."""
        found = []
        for field in self:
            value = str(field.value() or "")
            if value and field.name not in self.errors:
                found.append((str(field.label), _chosen_words(field.field, value)))
        return found


def _chosen_words(field: forms.Field, value: str) -> str:
    """A value as its list of choices words it."""
    for key, label in getattr(field, "choices", ()):
        if isinstance(label, (list, tuple)):
            inner = dict(label)
            if value in inner:
                return str(inner[value])
        elif key == value:
            return str(label)
    return value


class CaseFilterForm(FilterForm):
    """Filters of the list of cases; every view of it is an address."""

    since = "opened_from"
    words = forms.CharField(label=_("Words or number"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False)
    lamp = forms.ChoiceField(label=_("Lamp"), required=False, choices=[ANY, *Lamp.choices, (LATE, _("Closed late"))])
    area = forms.ChoiceField(label=_("Area"), required=False, widget=FoundSelect)
    category = forms.ChoiceField(label=_("Category"), required=False, widget=FoundSelect)
    component = forms.RegexField(r"^\d{17}$", label=_("Component identifier"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False, widget=FoundSelect)
    source = forms.ChoiceField(label=_("Source"), required=False, choices=[ANY, *Source.choices])
    opened_from = forms.DateField(label=_("Opened from"), required=False, widget=DateInput())
    opened_until = forms.DateField(label=_("Opened until"), required=False, widget=DateInput())
    period = forms.ChoiceField(label=_("Period"), required=False, choices=Period.choices, widget=forms.HiddenInput)
    open = forms.ChoiceField(
        label=_("Open or ended"), required=False, choices=[ANY, ("1", _("Open")), ("0", _("Ended"))]
    )
    within = forms.CharField(label=_("Inside a shape drawn on the map"), required=False, widget=forms.HiddenInput)
    metres = forms.FloatField(label=_("Metres around it"), required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, actor: Actor) -> None:
        super().__init__(data)
        self._offer("state", state_choices())
        self._offer("area", area_choices(actor.reach.areas))
        self._offer("category", category_choices(with_majors=True))
        self._offer("unit", [(str(unit.id), unit.name) for unit in _units(actor)])

    def _offer(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [ANY, *choices]

    def wanted(self, today: date) -> CaseFilter:
        """The filter on that day; a field that cannot be read narrows nothing (it says so itself)."""
        self.is_valid()
        given = self.cleaned_data
        lamp = given.get("lamp", "")
        return CaseFilter(
            state=given.get("state", ""),
            area_code=given.get("area", ""),
            category_key=given.get("category", ""),
            component_id=given.get("component", ""),
            unit_id=UUID(given["unit"]) if given.get("unit") else None,
            source=given.get("source", ""),
            lamp=Lamp.RED if lamp == LATE else lamp,
            words=given.get("words", ""),
            is_open=OPEN.get(given.get("open", ""), IS_OPEN.get(lamp)),
            opened_from=self.since_day(today),
            opened_until=given.get("opened_until"),
            within=self._within(),
        )

    def _within(self) -> geography.Vicinity | None:
        """The shape that was drawn. No list goes on without it: nobody sees what is written in a hidden field."""
        shape = self.data.get("within", "")
        if "metres" in self.errors:
            raise UnusableGeometry(ShapeFault.NO_WIDTH.label)
        return geography.vicinity(shape, self.cleaned_data.get("metres") or 0) if shape else None


@kept_a_moment
def all_units() -> list[Any]:
    """The units one may choose among, with id and name."""
    return access.units_for_choice()


def _units(actor: Actor) -> list[Any]:
    """Units whose cases the post may see."""
    units = all_units()
    return units if actor.reach.units is None else [unit for unit in units if unit.id in actor.reach.units]


class ReportFilterForm(FilterForm):
    """Filters of the list of reports."""

    since = "received_from"
    words = forms.CharField(label=_("Words or receipt"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[ANY, *ReportState.choices])
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=[ANY, *Source.choices])
    area = forms.ChoiceField(label=_("Area"), required=False, widget=FoundSelect)
    sent_by = forms.ChoiceField(label=_("Sent by"), required=False)
    flaw = forms.ChoiceField(label=_("Correction"), required=False, choices=[ANY, *Flaw.choices])
    zone = forms.ChoiceField(label=_("Zone"), required=False, choices=[ANY, ("forbidden", _("In a forbidden zone"))])
    received_from = forms.DateField(label=_("Received from"), required=False, widget=DateInput())
    received_until = forms.DateField(label=_("Received until"), required=False, widget=DateInput())
    period = forms.ChoiceField(label=_("Period"), required=False, choices=Period.choices, widget=forms.HiddenInput)

    def __init__(self, data: Any, actor: Actor) -> None:
        super().__init__(data)
        senders = [ANY, (ME, _("Me, wherever it lies")), *_posts_named(self["sent_by"].value())]
        for name, choices in {"area": [ANY, *area_choices(actor.reach.areas)], "sent_by": senders}.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
            field.choices = choices

    def wanted(self, today: date) -> ReportFilter:
        """The filter on that day; a field that cannot be read narrows nothing (it says so itself)."""
        self.is_valid()
        given = self.cleaned_data
        sender = given.get("sent_by", "")
        return ReportFilter(
            state=given.get("state", ""),
            area_code=given.get("area", ""),
            channel=given.get("channel", ""),
            words=given.get("words", ""),
            received_from=self.since_day(today),
            received_until=given.get("received_until"),
            is_own=sender == ME,
            post_id=UUID(sender) if sender not in ("", ME) else None,
            flaw=given.get("flaw", ""),
            is_marked=bool(given.get("zone")),
        )


def _posts_named(sender: str | None) -> list[tuple[str, str]]:
    """The post that a list of reports is narrowed to, as a choice: those of all posts are too many to choose from."""
    try:
        found = access.posts([UUID(sender or "")])
    except ValueError:
        return []
    return [(str(post.pk), post.title) for post in found]


class ReportForm(forms.Form):
    """A report taken down by the staff. `key` makes sending it twice harmless."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    description = forms.CharField(
        label=_("What is wrong?"),
        max_length=LONGEST_DESCRIPTION,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What, how bad, since when. No names or phone numbers here: they belong below."),
    )
    channel = forms.ChoiceField(label=_("How did it come in?"), choices=Source.choices)
    photo_before = PhotosField(Role.BEFORE)
    category = forms.ChoiceField(label=_("Category"), required=False, widget=FoundSelect)
    address = forms.CharField(label=_("Address"), required=False, max_length=300)
    lon = forms.FloatField(label=_("Longitude"), required=False, widget=DECIMAL)
    lat = forms.FloatField(label=_("Latitude"), required=False, widget=DECIMAL)
    frame = forms.ChoiceField(
        label=_("Coordinate frame"),
        choices=Frame.choices,
        help_text=_("Phones and Chinese web maps give GCJ-02; a frame taken for another is off by some 500 m."),
    )
    area = forms.ChoiceField(
        label=_("Community"), required=False, help_text=_("Needed only when the exact position is not known.")
    )
    name = forms.CharField(label=_("Reporter's name"), required=False, max_length=60)
    phone = forms.CharField(label=_("Reporter's phone"), required=False, max_length=30)
    email = forms.EmailField(label=_("Reporter's e-mail"), required=False, max_length=120)

    def __init__(self, data: Any, actor: Actor, files: Any = None, key: UUID | None = None) -> None:
        first = Source.HOTLINE if actor.may(TRIAGE) else Source.FIELD  # who decides on reports takes down calls
        super().__init__(data, files, initial={"key": key, "channel": first, "frame": Frame.WGS84})
        # A browser cuts what is pasted at this length without a word; the form says how much is too much.
        self.fields["description"].widget.attrs.pop("maxlength")
        for name, choices in {"category": category_choices(), "area": area_choices(actor.reach.areas)}.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
            field.choices = [("", _("Not known yet")), *choices]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        missing = {"lon", "lat"} - {name for name in ("lon", "lat") if given.get(name) is not None}
        if len(missing) == 1 and not self.errors:
            self.add_error(missing.pop(), _("A position needs both longitude and latitude."))
        return given

    def renew(self) -> None:
        """What stands in the form becomes another report, if it is sent again."""
        self.data = {**self.data, "key": str(uuid4())}

    def report(self, handed_in: Mapping[str, tuple[UUID, ...]]) -> ReportIn:
        """The report, once the form is valid and its photos were handed in."""
        given = self.cleaned_data
        return ReportIn(
            description=given["description"],
            channel=given["channel"],
            lon=given["lon"],
            lat=given["lat"],
            frame=given["frame"],
            area_code=given["area"],
            address=given["address"],
            category_key=given["category"],
            contact={name: given[name] for name in ("name", "phone", "email")},
            photos=handed_in.get(Role.BEFORE, ()),
        )


class SketchForm(forms.Form):
    """What is known of a report while it is taken down, as far as it tells which case or category it is about."""

    description = forms.CharField(required=False, max_length=LONGEST_DESCRIPTION)
    channel = forms.ChoiceField(choices=Source.choices, required=False)
    category = forms.CharField(required=False, max_length=120)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    frame = forms.ChoiceField(choices=Frame.choices)


class AcceptForm(forms.Form):
    """Make a report a case, in a category, about a component where one is chosen (the service judges if it fits)."""

    category = forms.ChoiceField(label=_("Category"), widget=FoundSelect)
    component = forms.CharField(label=_("Component"), required=False, widget=forms.RadioSelect)

    def __init__(self, data: Any = None, category_key: str = "", procedures: frozenset[str] | None = None) -> None:
        super().__init__(data, auto_id="accept_%s", initial={"category": category_key})
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [("", _("Choose a category")), *category_choices(procedures=procedures)]

    def offer(self, components: Choices) -> None:
        """Draw these to choose from, none of them chosen; without any there is nothing to choose."""
        if not components:
            del self.fields["component"]
            return
        widget = self.fields["component"].widget
        assert isinstance(widget, forms.RadioSelect)  # noqa: S101 - tells the type checker
        widget.choices = [("", _("None of these, or not known")), *components]


class JoinForm(forms.Form):
    """Join a report to an open case."""

    number = forms.CharField(label=_("Number of the case"), max_length=30)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="join_%s")


class ReasonForm(forms.Form):
    """A reason that goes on record."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}), strip=True)

    def __init__(self, data: Any = None, prefix_id: str = "reason") -> None:
        super().__init__(data, auto_id=f"{prefix_id}_%s")


class RefuseForm(ReasonForm):
    """Why a report is refused, and what was wrong with it, where that is why."""

    flaw = forms.ChoiceField(
        label=_("What was wrong with the report"), choices=[("", _("None of these")), *Flaw.choices], required=False
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, "refuse")
