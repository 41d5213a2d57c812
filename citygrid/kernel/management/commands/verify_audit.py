from typing import Any

from django.core.management.base import BaseCommand, CommandError

from citygrid.kernel import audit, clock, stamps


class Command(BaseCommand):
    help = "Seal what the audit trail got since the last minute and verify the whole chain; names the first fault."

    def handle(self, *args: Any, **options: Any) -> None:
        audit.seal(now=clock.now())
        report = audit.verify()
        if report.problem:
            raise CommandError(f"{report.links} links hold, then: {report.problem}")
        stamps.leave(stamps.AUDIT, clock.now())
        self.stdout.write(f"{report.links} links hold")
