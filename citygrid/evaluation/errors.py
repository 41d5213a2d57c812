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


class NoIndex(Conflict):
    """There is nothing to reckon an index of."""

    code = "evaluation.no_index"
    message = _("%(root)s has no tree, or not one value in that month.")
    hint = _("Import the tree and the values of the month first.")


class ReasonMissing(Invalid):
    """An index that was published before is published again without saying why."""

    code = "evaluation.reason_missing"
    message = _("This month was published before.")
    hint = _("Say why it is published again; both stay on record.")


class NoTree(Invalid):
    """Nodes of an index that make no tree."""

    code = "evaluation.no_tree"
    message = _("With “%(key)s” the index is no tree: %(fault)s.")
    hint = _("Nothing was changed. Mend that line and import again.")
