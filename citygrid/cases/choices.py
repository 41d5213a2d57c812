from django.db import models
from django.utils.translation import gettext_lazy as _

NO_COMPONENT = "none"  # what a correction says of a case that is about no component of the inventory


class Lamp(models.TextChoices):
    """The state of a case's clock, as shape, colour and word."""

    GREEN = "green", _("In time")
    YELLOW = "yellow", _("Due soon")
    RED = "red", _("Overdue")
    PAUSED = "paused", _("Paused")
    NONE = "none", _("No limit")


class Source(models.TextChoices):
    """Where a case came from (codes and terms of case_flow.yaml, sources_of_cases)."""

    FIELD = "field", _("Field supervisor")
    HOTLINE = "hotline", _("Hotline")
    INTERNET = "internet", _("Internet")
    LEADER = "leader", _("Leader's order")
    INSPECTION = "inspection", _("Inspection")
    MEDIA = "media", _("Media")
    VIDEO = "video", _("Video")
    DETECTION = "detection", _("Automatic detection")
    EXCHANGE = "exchange", _("Another system")


class PublicState(models.TextChoices):
    """What everybody is told of a case."""

    RECEIVED = "received", _("Accepted")
    IN_PROGRESS = "in_progress", _("In progress")
    SOLVED = "solved", _("Solved")
    UNSOLVED = "unsolved", _("Closed without a solution")


class LinkKind(models.TextChoices):
    """How two cases belong together."""

    BUNDLED = "bundled", _("Bundled into")
    PART = "part", _("Part of")
