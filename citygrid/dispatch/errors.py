from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Conflict, Invalid, NotFound


class PeriodInvalid(Invalid):
    """Days of a trial that cannot be looked at."""

    code = "dispatch.period_invalid"
    message = _("The first day must not lie after the last one, nor more than a year before it.")


class RuleInvalid(Invalid):
    """A responsibility rule that cannot hold; `fields` says what is wrong with which."""

    code = "dispatch.rule_invalid"
    message = _("The rule cannot be used: %(reason)s")


class ModelUnknown(NotFound):
    code = "dispatch.model_unknown"
    message = _("There is no such model.")
    hint = _("Choose one from the list of models.")

    def __init__(self) -> None:
        super().__init__(what=_("model"))


class TooFewCases(Conflict):
    """Too few closed cases, or all with one answer: nothing can be learned."""

    code = "dispatch.too_few_cases"
    message = _("There are %(count)s closed cases with %(labels)s different answers: too few to learn from.")
    hint = _("Wait until some hundred cases of several kinds are closed, and train again.")


class ModelNotReplayed(Conflict):
    code = "dispatch.model_not_replayed"
    message = _("This model was not replayed on history yet.")
    hint = _("Replay it on past weeks, look at what it would have done, and switch it on then.")


class PromiseInvalid(Invalid):
    code = "dispatch.promise_invalid"
    message = _("This precision cannot be promised: %(reason)s")
    hint = _("Choose one of those that the model was judged at.")


class LimitInvalid(Invalid):
    """A limit of a unit that cannot hold; `fields` says what is wrong with which."""

    code = "dispatch.limit_invalid"
    message = _("The limit cannot be used: %(reason)s")


class CategoryNotManual(Conflict):
    code = "dispatch.category_not_manual"
    message = _("This category is dispatched by itself already.")
