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
