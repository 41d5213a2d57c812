from typing import Any

from django.core.management.base import BaseCommand

from citygrid.evaluation import services


class Command(BaseCommand):
    help = "Count everything from nothing, from the steps of the cases; what changes meanwhile is counted afterwards."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--processes", type=int, default=2, help="so many at once (default: 2)")

    def handle(self, *args: Any, processes: int, **options: Any) -> None:
        self.stdout.write(f"{services.recount(processes=processes)} cases counted")
