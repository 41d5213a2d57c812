from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Invalid


class RuleInvalid(Invalid):
    """A responsibility rule that cannot hold; `fields` says what is wrong with which."""

    code = "dispatch.rule_invalid"
    message = _("The rule cannot be used: %(reason)s")
