from typing import Any

from django.core.management.base import BaseCommand, CommandError

from citygrid.evidence import services
from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor


class Command(BaseCommand):
    help = "Hash every stored original again; fails and lists them when files are missing, changed or unknown."

    def handle(self, *args: Any, **options: Any) -> None:
        report = services.scrub(actor=system_actor("scrub_evidence"), now=clock.now())
        self.stdout.write(f"{report.checked} originals, {report.bytes / 1e6:.1f} MB checked")
        for kind, names in report.problems.items():
            for name in names:
                self.stdout.write(f"{kind}: {name}")
        if report.problems:
            raise CommandError("The evidence is not whole; restore the files above from the backup.")
