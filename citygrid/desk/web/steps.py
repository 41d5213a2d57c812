"""The forms of steps: each action asks exactly for what its procedure says it needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.access import queries as access
from citygrid.cases import queries as cases
from citygrid.cases.services import Given
from citygrid.catalogue import queries as catalogue
from citygrid.desk.rules import Keys
from citygrid.desk.web import components, corrections, crews, photos
from citygrid.desk.web.forms import DateInput
from citygrid.desk.web.reasons import with_usual
from citygrid.desk.web.tasks import post_choices
from citygrid.desk.web.words import limit_words
from citygrid.intake.queries import reasons_for
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound
from citygrid.kernel.memo import kept_a_moment
from citygrid.ui.forms import FoundSelect
from citygrid.workflow import queries as workflow

Field = Callable[["Step", workflow.Action], forms.Field]
CORRECTION = "correction"  # the procedure's word for a need that takes several fields
LONGEST_TEXT = 1_000
LONGEST_DEFERMENT = timedelta(days=365)
# Ends a case without its matter being settled: drawn as a warning.
GRAVE = frozenset({"voided", "bundled"})


@dataclass(frozen=True)
class Step:
    """What a form may lean on: the case, who acts, when, the unit that rules or closed cases name.

    `returned`: the units that gave the case back, with their reasons; none of them is chosen beforehand.
    """

    case: Any
    actor: Actor
    now: datetime
    suggested_unit: UUID | None = None
    returned: Mapping[UUID, str] = field(default_factory=dict)


def usual_first(action: workflow.Action) -> tuple[bool, bool, bool]:
    """Orders actions by what the procedure says of them: what is done every day goes on to another state unasked.

    What must be given a reason is an exception, and what ends a case without settling its matter comes last.
    """
    return action.announces in GRAVE, "reason" in action.needs, not action.target


class StepForm(forms.Form):
    """One action on a case. `expected_seq` is the history the page showed: a step on another history is refused."""

    expected_seq = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, action: workflow.Action, step: Step, data: Any = None, files: Any = None) -> None:
        super().__init__(
            with_usual(data), files, auto_id=f"{action.code}_%s", initial={"expected_seq": step.case.head_seq}
        )
        self.action, self.step, self.key = action, step, ""
        for name in action.needs:
            self.fields |= _asked(name, step, action)
        if photos.may_hand_in(step.actor):
            for name in (*action.evidence, *action.takes):
                self.fields[name] = photos.PhotosField(
                    name.removeprefix(photos.PREFIX), required=name in action.evidence
                )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if CORRECTION in self.action.needs:
            corrections.check(self)
        return given

    @property
    def is_grave(self) -> bool:
        """Whether the action ends the case without settling its matter."""
        return self.action.announces in GRAVE

    @property
    def can_be_filled_in(self) -> bool:
        """Whether there is a crew to choose, where one is asked for: most units have none."""
        crew: Any = self.fields.get("crew")
        return crew is None or bool(crew.choices)

    @property
    def reasons(self) -> list[str]:
        """Usual reasons, where the action asks for one and for nothing else."""
        asks_reason_only = [name for name in self.fields if name in FIELDS] == ["reason"]
        return reasons_for(self.action.subject or self.action.code, self.action.phase) if asks_reason_only else []

    @property
    def is_ready(self) -> bool:
        """Whether it can be sent as it stands: nothing is asked, or all that is asked for is filled in beforehand."""
        return all(
            not field.required or self.get_initial_for_field(field, name) for name, field in self.fields.items()
        )

    @property
    def chosen_beforehand(self) -> str:
        """What is filled in beforehand, in words, where it can be sent as it stands: the unit."""
        unit: Any = self.fields.get("unit")
        if unit is None or not self.is_ready:
            return ""
        return self.units.get(self.get_initial_for_field(unit, "unit"), "")

    @property
    def units(self) -> dict[str, str]:
        """Names of the units to choose among, by their ids; none where the step asks for no unit."""
        unit: Any = self.fields.get("unit")
        groups = [inner for _group, inner in unit.choices if not isinstance(inner, str)] if unit else []
        return {str(value): str(name) for inner in groups for value, name in inner}

    def clean_until(self) -> datetime:
        """The end of the day that was chosen, in the time zone of the page."""
        following = self.cleaned_data["until"] + timedelta(days=1)
        return timezone.make_aware(datetime.combine(following, time.min))

    def clean_case(self) -> UUID:
        """The id of the case with the number that was typed."""
        try:
            return cases.case_by_number(self.cleaned_data["case"].strip(), self.step.actor).pk
        except NotFound as refusal:
            raise ValidationError(str(refusal)) from refusal

    def given(self, handed_in: Mapping[str, tuple[UUID, ...]]) -> Given:
        """What the service takes, once the form is valid and its photos were handed in."""
        data = self.cleaned_data
        return Given(
            reason=data.get("reason", ""),
            note=data.get("note", ""),
            finding=data.get("finding", ""),
            unit_id=UUID(data["unit"]) if data.get("unit") else None,
            standard_id=UUID(data["standard"]) if data.get("standard") else None,
            post_id=UUID(data["post"]) if data.get("post") else None,
            case_id=data.get("case"),
            crew_id=UUID(data["crew"]) if data.get("crew") else None,
            task=data.get("task", ""),
            by_at=data.get("by"),
            until_at=data.get("until"),
            correction=corrections.read(data) if CORRECTION in self.action.needs else None,
            photos=handed_in,
        )


def forms_for(step: Step, letters: Keys, sent: StepForm | None = None) -> list[StepForm]:
    """A form for each action this post may take now, the usual one first.

    The one that was `sent` back with errors keeps its content.
    """
    offered = cases.actions_for(step.case, step.actor, step.now)
    drawn = [sent if sent and sent.action.code == action.code else StepForm(action, step) for action in offered]
    shown = sorted((form for form in drawn if form.can_be_filled_in), key=lambda form: usual_first(form.action))
    keys = letters.of_steps((action.code, action.phase) for action in offered)
    for form in shown:
        form.key = keys[form.action.code]
    return shown


def _asked(name: str, step: Step, action: workflow.Action) -> dict[str, forms.Field]:
    """The fields that ask for one thing a step needs."""
    if name == CORRECTION:
        case = step.case
        about = components.correction(case, step.actor)
        return corrections.fields(case.category_id, case.address, (case.district_code,), about)
    return {name: FIELDS[name](step, action)}


def _text(label: Any, help_text: Any = "") -> Field:
    def field(step: Step, action: workflow.Action) -> forms.Field:
        widget = forms.Textarea(attrs={"rows": 3})
        return forms.CharField(label=label, help_text=help_text, max_length=LONGEST_TEXT, widget=widget)

    return field


@kept_a_moment
def _units_for(charge: access.Charge) -> list[Any]:
    return access.units_for_work(charge)


@kept_a_moment
def _standards_for(category_key: str, on: date) -> list[Any]:
    return list(catalogue.standards_for(category_key, on))


def _unit(step: Step, action: workflow.Action) -> forms.Field:
    """Units that can take it, first those of the kind the filing condition names; set is the one that is suggested."""
    standard = step.case.standard
    kind = standard.unit_kind if standard else ""
    units = _units_for(cases.charge_of(step.case, action.code))
    usual = [(str(unit.id), unit.name) for unit in units if kind and unit.kind == kind]
    others = [(str(unit.id), unit.name) for unit in units if not kind or unit.kind != kind]
    groups = [(_("Usual for this filing condition"), usual), (_("Other units"), others)]
    choices: list[Any] = [("", _("Choose a unit")), *(group for group in groups if group[1])]
    only = usual[0][0] if len(usual) == 1 else ""
    fit = {str(unit.id) for unit in units} - {str(each) for each in step.returned}
    initial = next((one for one in (str(step.suggested_unit), only) if one in fit), "")
    return forms.ChoiceField(label=_("Unit"), choices=choices, initial=initial, widget=FoundSelect)


def _post(step: Step, action: workflow.Action) -> forms.Field:
    """The posts that could take the task, the one with the fewest first; set is the first that does not have it."""
    choices = post_choices([step.case], step.now)
    other = next((value for value, _name in choices if value != str(step.case.assignee_id)), "")
    return forms.ChoiceField(label=_("Post"), choices=choices, initial=other)


def _finding(step: Step, action: workflow.Action) -> forms.Field:
    label = _("What was found on the spot")
    if not action.findings:
        return forms.CharField(label=label, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3}))
    choices = [(finding.code, finding.name) for finding in action.findings.values()]
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect)


def _standard(step: Step, action: workflow.Action) -> forms.Field:
    found = _standards_for(step.case.category_id, timezone.localdate(step.now))
    choices = [(str(each.id), f"{each.condition} ({limit_words(each.limit)})") for each in found]
    return forms.ChoiceField(
        label=_("Filing condition"),
        choices=choices,
        widget=forms.RadioSelect,
        initial=choices[0][0] if len(choices) == 1 else None,
        help_text="" if choices else _("No filing condition is in force for this category."),
    )


def _until(step: Step, action: workflow.Action) -> forms.Field:
    tomorrow = timezone.localdate(step.now) + timedelta(days=1)
    last = timezone.localdate(step.now) + LONGEST_DEFERMENT - timedelta(days=1)
    return forms.DateField(
        label=_("Until the end of"),
        widget=DateInput(min=f"{tomorrow:%Y-%m-%d}", max=f"{last:%Y-%m-%d}"),
        validators=[MinValueValidator(tomorrow), MaxValueValidator(last)],
        help_text=_("At most a year ahead. The clock pauses until then."),
    )


def _case(step: Step, action: workflow.Action) -> forms.Field:
    return forms.CharField(
        label=_("Number of the other case"), max_length=30, help_text=_("This case ends; the other one goes on.")
    )


# By the procedure's words for what an action needs.
FIELDS: dict[str, Field] = {
    "reason": _text(gettext_lazy("Reason")),
    "note": _text(gettext_lazy("What was done")),
    "finding": _finding,
    "unit": _unit,
    "post": _post,
    "standard": _standard,
    "until": _until,
    "case": _case,
    "crew": lambda step, action: crews.crew_field(step.case, action),
    "task": _text(gettext_lazy("What is to be done")),
    "by": lambda step, action: crews.by_field(step.case, step.now),
}
