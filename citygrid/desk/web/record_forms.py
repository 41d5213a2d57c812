"""Forms made of the columns of a spreadsheet: one record is changed by the rules that its file is read by."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from citygrid.desk.web.forms import DateInput, FilterForm
from citygrid.kernel.actor import Actor
from citygrid.kernel.sheets.columns import Column, Sheet, Values, day, lines, split
from citygrid.kernel.sheets.plans import Plan, make_plan
from citygrid.kernel.sheets.ports import SheetPort
from citygrid.kernel.sheets.writing import to_csv


class SearchForm(FilterForm):
    """Words that a record must hold, in whatever column."""

    words = forms.CharField(label=_("Words"), required=False, max_length=100)

    def fits(self, sheet: Sheet, values: Values) -> bool:
        """Whether every word stands somewhere in the record, or in the name of what was chosen there."""
        wanted = self.cleaned_data.get("words", "") if self.is_valid() else ""
        if not wanted:
            return True
        said = " ".join(column.shown(values.get(column.code, "")) for column in sheet.columns).casefold()
        return all(word in said for word in wanted.casefold().split())


class RecordForm(forms.Form):
    """One record. What tells it apart cannot be changed once it is there; the rest is read as a cell would be."""

    def __init__(self, sheet: Sheet, before: Values | None, data: Any) -> None:
        self.sheet, self.before = sheet, before
        usual = {column.code: column.default for column in sheet.columns}
        given = {column.code: (before or usual).get(column.code, "") for column in sheet.columns}
        super().__init__(data, initial={column.code: _initial(column, given[column.code]) for column in sheet.columns})
        for column in sheet.columns:
            if not column.is_info:
                field = _field(column)
                field.disabled = before is not None and column.code in sheet.key
                self.fields[column.code] = field

    def plan(self, port: SheetPort, actor: Actor, now: datetime) -> Plan | None:
        """The form as a file of one row, understood; None when something is wrong, which is told at the fields."""
        plan = make_plan(port, self.content(), actor, now)
        for fault in plan.faults():
            self.add_error(str(fault["column"]) if fault["column"] in self.fields else None, str(fault["words"]))
        if not self.errors and not plan.changes():
            self.add_error(None, gettext("Nothing was changed."))
        return None if self.errors else plan

    def content(self) -> bytes:
        """The file."""
        return to_csv(self.sheet, [self.values()])

    def values(self) -> Values:
        """What the form says, as cells."""
        columns = {column.code for column in self.sheet.columns} & self.fields.keys()
        said = {code: self.cleaned_data.get(code) or "" for code in columns}
        return {code: ";".join(value) if isinstance(value, list | tuple) else value for code, value in said.items()}


class StandardForm(RecordForm):
    """A filing standard, and the day from which it shall hold so."""

    def __init__(self, sheet: Sheet, before: Values | None, data: Any, today: date) -> None:
        super().__init__(sheet, before, data)
        self.today = today
        self.fields["holds_from"] = forms.DateField(
            label=_("Holds from"),
            initial=today,
            widget=DateInput(),
            help_text=_("Cases filed on that day or later go by it; those filed before keep what they have."),
        )

    def clean_holds_from(self) -> date:
        given: date = self.cleaned_data["holds_from"]
        if given < self.today:
            raise forms.ValidationError(_("It cannot hold from a day that is over."))
        return given

    def changes(self) -> list[tuple[str, str, str]]:
        """What was changed: the field, what stood there, what stands there now."""
        changed = [column for column in self.sheet.columns if column.code in self.changed_data]
        before, after = self.before or {}, self.values()
        return [
            (str(each.label), _choice(each, before.get(each.code, "")), _choice(each, after[each.code]))
            for each in changed
        ]


def _choice(column: Column, value: str) -> str:
    """A value by the names of what was chosen."""
    names = column.choices or {}
    return gettext(", ").join(
        str(names.get(part, "")) or part for part in (split(value) if column.is_many else (value,))
    )


def _initial(column: Column, value: str) -> Any:
    return list(split(value)) if column.is_many and column.choices is not None else value


def _field(column: Column) -> forms.Field:
    about: dict[str, Any] = {"label": column.label, "help_text": column.help, "required": column.is_required}
    if column.choices is not None and not column.is_open:
        named = [(code, str(label) or code) for code, label in column.choices.items()]
        if column.is_many:
            return forms.MultipleChoiceField(**about, choices=named, widget=forms.CheckboxSelectMultiple)
        return forms.ChoiceField(**about, choices=named if column.default else [("", "–"), *named])
    return forms.CharField(**about, max_length=column.max_length, widget=_widget(column))


def _widget(column: Column) -> forms.Widget:
    if column.parse is day:
        return DateInput()
    return forms.Textarea(attrs={"rows": 3}) if column.parse is lines or column.is_many else forms.TextInput()
