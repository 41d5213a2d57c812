from argparse import ArgumentParser
from datetime import timedelta
from random import SystemRandom
from time import sleep
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from citygrid.kernel import clock
from citygrid.simulator import queries, services

PAUSE_SECONDS = 1.0


class Command(BaseCommand):
    help = "Keep the demo city alive: people report, and those whose turn it is act, until the time is over or Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--minutes", type=float, default=10.0)
        parser.add_argument("--rate", type=float, default=6.0, help="new reports a minute")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = queries.noted("plan")
        if plan is None:
            raise CommandError("There is no demo district yet: run `manage.py demo` first.")
        began = clock.now()
        town = services.Town(plan["seed"], began, SystemRandom())
        ends, told = began + timedelta(minutes=options["minutes"]), 0
        try:
            while (now := clock.now()) < ends:
                due = int((now - began).total_seconds() / 60 * options["rate"])
                town.act(now, reports=due - told)
                told = due
                sleep(PAUSE_SECONDS)
        except KeyboardInterrupt:
            self.stderr.write("")
        done = ", ".join(f"{what} {count}" for what, count in sorted(town.done.items()))
        self.stdout.write(f"simulate: {done or 'nothing'} in {(clock.now() - began).total_seconds():.0f} seconds")
