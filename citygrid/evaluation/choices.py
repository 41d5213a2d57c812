from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a row of counters is about."""

    CASE = "case", _("A case as a whole")
    UNIT = "unit", _("A case's time with one unit")
    POST = "post", _("One act of a post")


class Moment(models.TextChoices):
    """By which day a row belongs to a period."""

    OPENED = "opened", _("opened")
    FILED = "filed", _("filed")
    DISPATCHED = "dispatched", _("dispatched")
    DUE = "due", _("due")
    HANDLED = "handled", _("handled")
    CLOSED = "closed", _("closed")


class Direction(models.TextChoices):
    """Whether more or less of a rate is better, or neither."""

    HIGHER = "higher", _("More is better")
    LOWER = "lower", _("Less is better")
    NEITHER = "neither", _("Neither is better")


class Object(models.TextChoices):
    """What is evaluated. Posts of staff are; residents never."""

    DISTRICT = "district", _("District")
    STREET = "street", _("Street")
    COMMUNITY = "community", _("Community")
    GRID = "grid", _("Unit grid")
    DEPARTMENT = "department", _("Department")
    POST = "post", _("Post")
    CATEGORY = "category", _("Category")
    OWNER = "owner", _("Owner of components")


class Scale(models.TextChoices):
    """How an indicator of an index is brought to a scale from 0 to 100, or around 50, whatever its unit."""

    MINMAX = "minmax", _("0 for the lowest, 100 for the highest")
    GOALPOSTS = "goalposts", _("0 and 100 are fixed")
    ZSCORE = "zscore", _("50 is the mean, 10 a standard deviation")
    RANK = "rank", _("0 for the last, 100 for the first")


class Mean(models.TextChoices):
    """How parts of an index become one: arithmetic lets one make up for another, geometric much less."""

    ARITHMETIC = "arithmetic", _("arithmetic mean")
    GEOMETRIC = "geometric", _("geometric mean")


class Flag(models.TextChoices):
    """How far a rate lies from the common one."""

    WITHIN = "within", _("no difference to speak of")
    LOW = "low", _("lower, perhaps by chance")
    HIGH = "high", _("higher, perhaps by chance")
    VERY_LOW = "very_low", _("lower than chance explains")
    VERY_HIGH = "very_high", _("higher than chance explains")
