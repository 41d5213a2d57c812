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
        parser.add_argument("folder", nargs="?", type=Path, help="default: all that data/catalogue ships")
        parser.add_argument("--from-date", type=date.fromisoformat, help="first day of new standards (default: today)")

    def handle(self, *args: Any, **options: Any) -> None:
        folders = [options["folder"]] if options["folder"] else [path.parent for path in SHIPPED.rglob("schemes.csv")]
        for folder in sorted(folders):
            loaded = self._load(folder, options["from_date"])
            told = f"{loaded.categories} categories, {loaded.codes} codes, {loaded.standards} standards written"
            self.stdout.write(f"{folder.name}: {told}")

    def _load(self, folder: Path, from_date: date | None) -> services.Loaded:
        actor, now = system_actor("load_catalogue"), clock.now()
        try:
            return services.load_catalogue(folder=folder, actor=actor, now=now, valid_from_date=from_date)
        except UnusableCatalogue as refusal:
            raise CommandError("\n".join(refusal.faults)) from refusal
        except LaterVersionThere as refusal:
            raise CommandError(str(refusal)) from refusal
