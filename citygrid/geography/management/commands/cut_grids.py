from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from citygrid.geography.services import cut_unit_grids
from citygrid.kernel.actor import system_actor
from citygrid.kernel.clock import now
from citygrid.kernel.errors import Refusal


class Command(BaseCommand):
    help = "Cut unit grids (15-digit codes) for every community below an area."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("area", help="code of a district, street or community")
        parser.add_argument("--side", type=float, default=100.0, help="metres")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = system_actor("cut_grids")
        try:
            count = cut_unit_grids(below=options["area"], side_m=options["side"], actor=actor, now=now())
        except Refusal as refusal:
            raise CommandError(f"{refusal} {refusal.advice}") from refusal
        self.stdout.write(f"{count} unit grids cut.")
