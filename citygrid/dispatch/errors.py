from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Invalid


class PeriodInvalid(Invalid):
    """Days of a trial that cannot be looked at."""

    code = "dispatch.period_invalid"
    message = _("The first day must not lie after the last one, nor more than a year before it.")


class RuleInvalid(Invalid):
    """A responsibility rule that cannot hold; `fields` says what is wrong with which."""

    code = "dispatch.rule_invalid"
    message = _("The rule cannot be used: %(reason)s")
