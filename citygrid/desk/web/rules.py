"""Responsibility rules on the pages: the table of those in force, the form that tries others, and what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.access import queries as access
from citygrid.catalogue import queries as catalogue
from citygrid.desk.web.forms import ANY, Choices, DateInput, FilterForm, all_units, area_choices, category_choices
from citygrid.desk.web.shell import Standing
from citygrid.desk.web.words import place_names
from citygrid.dispatch import services
from citygrid.dispatch.choices import TrialEffect
from citygrid.dispatch.queries import Trial, is_period
from citygrid.geography import queries as geography
from citygrid.kernel.actor import Actor
from citygrid.kernel.memo import kept_a_moment
from citygrid.kernel.models import SheetRun
from citygrid.kernel.sheets.ports import Change
from citygrid.ui.forms import FoundSelect
from citygrid.ui.tables import Column, Empty, Pager, Table

USUAL_DAYS = timedelta(days=30)


def _units() -> Choices:
    return [(str(unit.id), unit.name) for unit in all_units()]


@kept_a_moment
def _layers() -> Choices:
    return [(layer.code, layer.name) for layer in geography.layers()]


@kept_a_moment
def _problem_types() -> Choices:
    return list(catalogue.problem_types().items())


def _offer(form: forms.Form, name: str, choices: Choices, first: Any = ANY) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
    field.choices = [first, *choices]


class RuleFilterForm(FilterForm):
    """Filters of the list of rules."""

    unit = forms.ChoiceField(label=gettext_lazy("Unit"), required=False, widget=FoundSelect)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        _offer(self, "unit", _units())

    def wanted(self) -> UUID | None:
        """The unit to show the rules of, if one was chosen."""
        chosen = self.cleaned_data.get("unit") if self.is_valid() else None
        return UUID(chosen) if chosen else None


class TrialForm(forms.Form):
    """The days to look at, the day of the rules, and a file of rules or one new rule."""

    since = forms.DateField(label=gettext_lazy("First day"), widget=DateInput())
    until = forms.DateField(label=gettext_lazy("Last day (included)"), widget=DateInput())
    on = forms.DateField(
        label=gettext_lazy("Rules as of"),
        required=False,
        widget=DateInput(),
        help_text=gettext_lazy("What begins or ends after this day does not count. Blank: today."),
    )
    file = forms.FileField(
        label=gettext_lazy("File of rules"),
        required=False,
        help_text=gettext_lazy("The sheet of responsibility rules with your changes, as .xlsx or CSV."),
    )
    unit = forms.ChoiceField(label=gettext_lazy("Unit"), required=False, widget=FoundSelect)
    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False, widget=FoundSelect)
    area = forms.ChoiceField(label=gettext_lazy("Area"), required=False)
    layer = forms.ChoiceField(label=gettext_lazy("Layer"), required=False)
    feature = forms.CharField(
        label=gettext_lazy("Code of a place of the layer"), required=False, max_length=60, strip=True
    )
    problem_type = forms.ChoiceField(label=gettext_lazy("Problem type"), required=False)

    def __init__(self, data: Any, files: Any, actor: Actor, now: datetime) -> None:
        today = localdate(now)
        super().__init__(data, files, initial={"since": today - USUAL_DAYS, "until": today, "on": today})
        _offer(self, "unit", _units(), ("", _("Choose a unit")))
        _offer(self, "category", category_choices(with_majors=True))
        _offer(self, "area", area_choices(actor.reach.areas))
        _offer(self, "layer", _layers())
        _offer(self, "problem_type", _problem_types())

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and not is_period(since, until):
            self.add_error(
                "until", _("The first day must not lie after the last one, nor more than a year before it.")
            )
        if bool(given.get("file")) == bool(given.get("unit")) and "file" not in self.errors:
            self.add_error("unit", _("Choose a unit for a new rule, or send a file: one of the two."))
        return given

    def rule(self) -> services.RuleIn:
        """The one new rule, where no file was sent."""
        given = self.cleaned_data
        return services.RuleIn(
            unit_id=UUID(given["unit"]),
            category_key=given["category"],
            area_code=given["area"],
            layer_code=given["layer"],
            feature_code=given["feature"],
            problem_type=given["problem_type"],
        )


@dataclass(frozen=True)
class Line:
    """A group of cases of which the verdict changes alike, in words."""

    effect: str
    category: str
    before: str
    after: str
    group: Any


def lines(trial: Trial) -> list[Line]:
    """The groups of a trial with the names behind their ids. 2 queries."""
    ids = {unit for group in trial.groups for unit in (group.before, group.after) if unit}
    units = access.organisations(ids)
    categories = catalogue.categories({group.category_key for group in trial.groups})
    nobody = _("a person decides")
    return [
        Line(
            effect=str(group.effect.label),
            category=categories[group.category_key].name,
            before=units[group.before].name if group.before else nobody,
            after=units[group.after].name if group.after else nobody,
            group=group,
        )
        for group in trial.groups
    ]


def heads() -> list[str]:
    """The heads of the table of groups."""
    before, after = _("By the rules"), _("With the changes")
    return [_("Category"), _("What changes"), before, after, _("Cases"), _("Really handled so")]


def effects(trial: Trial) -> list[tuple[str, int]]:
    """How many cases there are of each effect, in words."""
    return [(str(effect.label), trial.counts[effect]) for effect in TrialEffect]


def drawn(trial: Trial | None) -> dict[str, Any]:
    """What `desk/_trial.html` needs."""
    none = Empty(_("No case was dispatched or decided on these days"), _("Choose a longer period."), icon="search")
    shown = {"effects": effects(trial), "lines": lines(trial)} if trial else {}
    return {"trial": trial, "heads": heads(), "none": none, **shown}


def trial_of_run(run: SheetRun, about: Standing) -> dict[str, Any]:
    """What a file of rules that was checked, and is not written yet, would change of the last 30 days.

    Taken on the day when all of it has begun or ended.
    """
    changes = [Change(tuple(key), before, after) for key, before, after in run.changes]
    if about.actor is None or run.state != SheetRun.SheetState.PLANNED or not changes:
        return drawn(None)
    today = localdate(about.now, about.zone)
    days = {"since": today - USUAL_DAYS, "until": today, "on": services.effective_day(changes, today)}
    return drawn(services.try_changes(changes=changes, **days, actor=about.actor, now=about.now))


def rule_table(request: HttpRequest, rows: Iterable[Any], *, empty: Empty, pager: Pager) -> Table:
    """Rules in force, one a row."""
    places = place_names({rule.area_code for rule in rows if rule.area_code})
    everything = _("any")
    columns = [
        Column(_("Unit"), lambda rule: rule.unit.name),
        Column(_("Category"), lambda rule: rule.category.name if rule.category else everything),
        Column(_("Area"), lambda rule: places.get(rule.area_code, rule.area_code) or everything),
        Column(_("Layer"), lambda rule: f"{rule.layer.name} {rule.feature_code}" if rule.layer else everything),
        Column(_("Problem type"), lambda rule: rule.problem_type.name if rule.problem_type else everything),
        Column(_("Holds from"), lambda rule: f"{rule.valid_from_date:%Y-%m-%d}", "code"),
        Column(_("Holds until"), lambda rule: f"{rule.valid_to_date:%Y-%m-%d}" if rule.valid_to_date else "", "code"),
    ]
    return Table.of(request, columns, rows, caption=_("Rules in force"), empty=empty, pager=pager)
