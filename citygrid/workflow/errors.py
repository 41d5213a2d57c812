from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Conflict, Invalid, Refusal, Words


class ProcedureInvalid(Invalid):
    """A procedure document that cannot be used; `problems` lists everything that is wrong with it."""

    code = "workflow.procedure_invalid"
    message = _("The procedure cannot be used: %(reason)s")

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(reason="; ".join(problems))


class UnknownAction(Refusal):
    code, status = "workflow.unknown_action", 404
    message = _("This procedure has no action “%(action)s”.")


class StepNotAllowed(Conflict):
    """The step does not fit the state, the role, or what is pending. `why` is one of the words below."""

    code = "workflow.step_not_allowed"
    message = _("“%(action)s” is not possible now: %(why)s")

    WHY: dict[str, Words] = {
        "state": _("the case is “%(state)s”."),
        "role": _("it belongs to another post."),
        "assigned": _("it is the task of another post."),
        "held": _("a request of this unit is waiting for an answer."),
        "pending": _("another request is waiting for an answer."),
        "nothing_asked": _("nobody has asked for it."),
        "too_often": _("it was done as often as the procedure allows."),
        "overdue": _("the limit has passed."),
        "nothing_to_answer": _("there is nothing to answer."),
        "no_work": _("no crew has open work there."),
        "not_its_work": _("your crew has no open work there."),
        "open_work": _("a crew has open work there. Wait until it is done, or take it back and say why."),
    }

    def __init__(self, *, action: str, reason: str, state: str) -> None:
        self.reason = reason
        super().__init__(action=action, why=str(self.WHY[reason]) % {"state": state}, state=state)


class FindingUnknown(Invalid):
    code = "workflow.finding_unknown"
    message = _("“%(action)s” does not know the finding “%(finding)s”; choose one of: %(known)s")


class FieldsMissing(Invalid):
    code = "workflow.fields_missing"
    message = _("“%(action)s” needs: %(reason)s")

    LABELS: dict[str, Words] = {
        "reason": _("a reason"),
        "note": _("a note"),
        "unit": _("a unit"),
        "post": _("a post"),
        "standard": _("a filing condition"),
        "finding": _("a finding"),
        "until": _("an end date"),
        "case": _("another case"),
        "crew": _("a crew"),
        "task": _("what is to be done"),
        "by": _("a moment until when"),
        "correction": _("what is right: a category, a place or an address"),
        "evidence": _("evidence"),
    }

    def __init__(self, *, action: str, names: list[str]) -> None:
        fields = {name: self.LABELS[name] for name in names}
        super().__init__(fields=fields, action=action)


class FieldsSurplus(FieldsMissing):
    """What is given and not asked for would change the case beside the procedure."""

    code = "workflow.fields_surplus"
    message = _("“%(action)s” does not take: %(reason)s")
