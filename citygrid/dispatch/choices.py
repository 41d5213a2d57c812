"""What a decision can come to, and what can be said of each rule considered."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Outcome(TextChoices):
    UNIQUE = "unique", _("One unit is responsible")
    TIE = "tie", _("Several units are equally responsible: a person decides")
    NONE = "none", _("No rule names a responsible unit")
    INACTIVE_UNIT = "inactive_unit", _("The responsible unit is closed: a person decides")


class Conclusion(TextChoices):
    """What automatic dispatch made of a case, and why."""

    SENT_BY_RULES = "sent_by_rules", _("Sent: the rules name one unit")
    SENT_BY_MODEL = "sent_by_model", _("Sent: closed cases name one unit surely enough")
    TIE = "tie", _("Left to a person: several units are equally responsible")
    DISAGREE = "disagree", _("Left to a person: the rules and closed cases name different units")
    NOT_SURE = "not_sure", _("Left to a person: no rule fits, and closed cases are not sure enough")
    SILENT = "silent", _("Left to a person: no rule fits")
    SWITCHED_OFF = "switched_off", _("Left to a person: automatic dispatch is switched off")
    MANUAL_CATEGORY = "manual_category", _("Left to a person: this category is dispatched by hand for now")
    UNIT_CLOSED = "unit_closed", _("Left to a person: the unit is closed")
    UNIT_NOT_THERE = "unit_not_there", _("Left to a person: nobody of the unit works there")
    UNIT_AWAY = "unit_away", _("Left to a person: the unit is away on this day")
    UNIT_FULL = "unit_full", _("Left to a person: the unit has as many open cases as it can take")


SENT = (Conclusion.SENT_BY_RULES, Conclusion.SENT_BY_MODEL)


class Target(TextChoices):
    """What a model says of a case."""

    UNIT = "unit", _("Responsible unit")
    CATEGORY = "category", _("Category")


class ModelState(TextChoices):
    """Whether the answers of a model count."""

    SHADOW = "shadow", _("In the shadow: it answers, and nobody acts on it")
    ON = "on", _("On")
    OFF = "off", _("Off")


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
