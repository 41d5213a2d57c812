from typing import Any

from django.core.management.base import BaseCommand

from citygrid.cases import services
from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor


class Command(BaseCommand):
    help = "After loading a year's calendar: recompute provisional deadlines of open cases and list each that moved."

    def handle(self, *args: Any, **options: Any) -> None:
        moved = services.recompute_provisional(actor=system_actor("recompute_deadlines"), now=clock.now())
        for one in moved:
            self.stdout.write(f"{one.number}: {one.was:%Y-%m-%d %H:%M} -> {one.now:%Y-%m-%d %H:%M} UTC")
        self.stdout.write(f"{len(moved)} deadlines moved")
