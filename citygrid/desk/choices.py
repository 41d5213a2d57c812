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


class Span(TextChoices):
    """A span of days that is evaluated: up to today, from the first day of the year, quarter ... it lies in."""

    DAY = "day", _("Today")
    WEEK = "week", _("This week")
    MONTH = "month", _("This month")
    QUARTER = "quarter", _("This quarter")
    YEAR = "year", _("This year")

    def first_day(self, today: date) -> date:
        """Its first day: a week begins on Monday."""
        return {
            Span.DAY: today,
            Span.WEEK: today - timedelta(days=today.weekday()),
            Span.MONTH: today.replace(day=1),
            Span.QUARTER: today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1),
            Span.YEAR: today.replace(month=1, day=1),
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
