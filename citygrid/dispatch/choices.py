"""What a decision can come to, and what can be said of each rule considered."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Outcome(TextChoices):
    UNIQUE = "unique", _("One unit is responsible")
    TIE = "tie", _("Several units are equally responsible: a person decides")
    NONE = "none", _("No rule names a responsible unit")
    INACTIVE_UNIT = "inactive_unit", _("The responsible unit is closed: a person decides")


class Reason(TextChoices):
    """Why a rule won or lost; the words take the parameters of the trace."""

    OTHER_CATEGORY = "other_category", _("is for another category")
    OTHER_AREA = "other_area", _("is for another area")
    OTHER_FEATURE = "other_feature", _("is for another place of a layer")
    OTHER_CONDITION = "other_condition", _("is for another problem type")
    OUTRANKED = "outranked", _("rule %(by)s says more about: %(about)s")
    TIED = "tied", _("neither it nor these rules for other units say more: %(with)s")
    WON = "won", _("says the most about this case")
    UNIT_INACTIVE = "unit_inactive", _("says the most, but its unit is closed")


class TrialEffect(TextChoices):
    """What other rules make of a case."""

    SAME = "same", _("As before")
    MOVED = "moved", _("Now to another unit")
    SETTLED = "settled", _("Decided by a person, now by itself")
    UNSETTLED = "unsettled", _("No longer sure: a person decides")


class Measure(TextChoices):
    """In what one rule can say more than another."""

    PLACE = "place", _("place")
    CATEGORY = "category", _("category")
    CONDITION = "condition", _("problem type")
