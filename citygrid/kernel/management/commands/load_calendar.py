from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from citygrid.kernel import calendars, clock
from citygrid.kernel.daytable import DayTableError
from citygrid.kernel.workcalendar import DEFAULT_SHIFTS, Shift

CHINA = [settings.ROOT / "data/calendars" / name for name in ("cn.csv", "cn_statutory.csv")]


class Command(BaseCommand):
    help = "Load day tables as a new version of a working calendar (nothing happens when they say nothing new)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", nargs="?", default="cn")
        parser.add_argument("paths", nargs="*", type=Path, default=CHINA)
        parser.add_argument("--zone", default="Asia/Shanghai")
        parser.add_argument(
            "--shift", action="append", type=_shift, help="08:30-12:00; repeat for each shift of a day"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        shifts = tuple(options["shift"] or DEFAULT_SHIFTS)
        try:
            loaded = calendars.load_calendar_csv(
                key=options["key"], paths=options["paths"], now=clock.now(), zone=options["zone"], shifts=shifts
            )
        except (DayTableError, OSError, ValueError, KeyError) as fault:
            raise CommandError(str(fault)) from fault
        years = loaded.published_years
        self.stdout.write(f"calendar {loaded}: {loaded.days.count()} days, notices {years[0]} to {years[-1]}")


def _shift(text: str) -> Shift:
    start, end = (part.split(":") for part in text.split("-"))
    return int(start[0]) * 60 + int(start[1]), int(end[0]) * 60 + int(end[1])
