from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Conflict, Invalid


class FormulaInvalid(Invalid):
    """A formula that is no sum of facts."""

    code = "evaluation.formula_invalid"
    message = _("“%(formula)s” is no sum of facts: “%(word)s” is none.")
    hint = _("Facts are joined by “and”, “and not”, “+” and “-”; they are listed in the README of evaluation.")


class VariantChanged(Conflict):
    """A definition or scoring that was loaded with other content."""

    code = "evaluation.variant_changed"
    message = _("%(name)s was loaded with other content.")
    hint = _("Give what is new a name of its own; figures of the past keep what they were reckoned by.")
