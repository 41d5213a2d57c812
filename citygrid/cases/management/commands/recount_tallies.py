from typing import Any

from django.core.management.base import BaseCommand

from citygrid.cases import services


class Command(BaseCommand):
    help = "Count the ended cases of the map anew, from the cases themselves; no case ends meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{services.recount_tallies()} places counted")
