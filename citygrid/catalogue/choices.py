"""Kinds of categories, units of limits, kinds of evidence: values and labels."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

ANY_AREA = "all"  # area class of a standard that holds wherever no standard of the place's own class does
USUAL_PROCEDURE = "city-case"  # what cases of a scheme follow unless it names another procedure
GENERAL = "general"  # level of a standard where a city does not grade its problems


class Kind(TextChoices):
    COMPONENT = "component", _("Component")
    MATTER = "matter", _("Matter")


class LimitUnit(TextChoices):
    """The units of `kernel.worktime.Unit`, with labels."""

    URGENT_HOUR = "urgent_hour", _("Urgent hours")
    WORK_HOUR = "work_hour", _("Working hours")
    WORK_DAY = "work_day", _("Working days")
    NATURAL_DAY = "natural_day", _("Natural days")


class Evidence(TextChoices):
    """What must be on file; a record stands where a picture shows nothing or should not be taken."""

    PHOTO_BEFORE = "photo_before", _("Photo before")
    PHOTO_AFTER = "photo_after", _("Photo after")
    RECORD_BEFORE = "record_before", _("Written record before")
    RECORD_AFTER = "record_after", _("Written record after")
    DOCUMENT_AFTER = "document_after", _("Document of the outcome")
