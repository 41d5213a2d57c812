from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Period(TextChoices):
    """A span of days that ends today. A view kept by its address stays true tomorrow."""

    TODAY = "today", _("Today")
    WEEK = "week", _("This week")
    MONTH = "month", _("This month")

    def first_day(self, today: date) -> date:
        """Its first day: a week begins on Monday."""
        return {
            Period.TODAY: today,
            Period.WEEK: today - timedelta(days=today.weekday()),
            Period.MONTH: today.replace(day=1),
        }[self]


class ListPage(TextChoices):
    """The lists of which views are kept, by the names of their addresses."""

    WAITING = "waiting", _("Waiting")
    CASES = "cases", _("Cases")
    REPORTS = "reports", _("Reports")


class Audience(TextChoices):
    """Who is offered a view."""

    MINE = "mine", _("Mine")
    UNIT = "unit", _("My unit's")
    SHARED = "shared", _("Shared")
