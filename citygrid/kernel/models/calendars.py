from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from citygrid.kernel.daytable import DayKind


class Calendar(models.Model):
    """The working calendar of a region, under a key that districts name."""

    key = models.SlugField(primary_key=True, max_length=40)

    def __str__(self) -> str:
        return self.key


class CalendarVersion(models.Model):
    """What was known of a calendar from one moment on. Never changed: a new notice makes a new version."""

    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    zone = models.CharField(max_length=60)
    shifts = models.JSONField(help_text=_("pairs of minutes of the local day"))
    published_years = ArrayField(models.PositiveSmallIntegerField())
    content_hash = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "number"], name="calendar_version_once")]

    def __str__(self) -> str:
        return f"{self.calendar_id}/{self.number}"


class CalendarDay(models.Model):
    """A day that is not what its weekday says, or that the law names."""

    version = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="days")
    date = models.DateField()
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in DayKind])
    name = models.CharField(max_length=60)
    notice_year = models.PositiveSmallIntegerField(null=True)
    notice = models.CharField(max_length=200, help_text=_("number, or title where the number is not verified"))
    published_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "date"], name="calendar_day_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in DayKind]), name="calendar_day_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.kind}"
