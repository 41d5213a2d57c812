from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from citygrid.catalogue import services
from citygrid.catalogue.errors import LaterVersionThere, UnusableCatalogue
from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor

SHIPPED = Path(__file__).resolve().parents[4] / "data" / "catalogue"


class Command(BaseCommand):
    help = "Load a folder of categories and filing standards (nothing happens when it says nothing new)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=SHIPPED)
        parser.add_argument("--from-date", type=date.fromisoformat, help="first day of new standards (default: today)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = services.load_catalogue(
                folder=options["folder"],
                actor=system_actor("load_catalogue"),
                now=clock.now(),
                valid_from_date=options["from_date"],
            )
        except UnusableCatalogue as refusal:
            raise CommandError("\n".join(refusal.faults)) from refusal
        except LaterVersionThere as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"catalogue: {loaded.categories} categories, {loaded.codes} codes, {loaded.standards} standards written"
        )
