import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from citygrid.kernel import clock, health
from citygrid.kernel.commands import language_of


class Command(BaseCommand):
    help = "Print how the platform is doing, the worst first; exits with an error when something is red."

    def handle(self, *args: Any, **options: Any) -> None:
        with override(language_of(os.environ)):
            lines = health.look(clock.now())
        for line in lines:
            advice = f" -> {line.advice}" if line.advice else ""
            self.stdout.write(f"{line.state:6}  {line.name}: {line.words}{advice}")
        if bad := sum(line.state is health.State.BAD for line in lines):
            raise CommandError(f"{bad} red")
