from datetime import date
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils.timezone import localdate

from citygrid.catalogue import queries as catalogue
from citygrid.kernel import clock


class Command(BaseCommand):
    help = "Load what the product ships: working calendar, categories and filing standards, procedures, rates."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("load_calendar", stdout=self.stdout)
        # In a new installation the standards hold for the past too, so that past cases can be entered; a later
        # release must not change what was in force.
        from_date = None if catalogue.schemes() else date(localdate(clock.now()).year - 1, 1, 1)
        call_command("load_catalogue", from_date=from_date, stdout=self.stdout)
        call_command("load_procedures", stdout=self.stdout)
        call_command("load_evaluation", stdout=self.stdout)
