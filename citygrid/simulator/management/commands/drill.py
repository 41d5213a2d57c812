from argparse import ArgumentParser
from random import SystemRandom
from statistics import quantiles
from time import sleep
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from citygrid.kernel import clock
from citygrid.simulator import queries, services

STEP_SECONDS = 2


class Command(BaseCommand):
    help = "Play a drill against the running demo: `fireworks` is an evening around the borders of forbidden zones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["fireworks"])
        parser.add_argument("--minutes", type=float, default=2.0, help="how long the evening lasts on the clock")
        parser.add_argument("--terminals", type=int, default=50)
        parser.add_argument("--streams", type=int, default=9)
        parser.add_argument("--wait", type=float, default=120.0, help="seconds for the worker to keep what was live")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = queries.noted("plan")
        if plan is None:
            raise CommandError("There is no demo district yet: run `manage.py demo` first.")
        asked = {name: options[name] for name in ("minutes", "terminals", "streams")}
        try:
            evening = services.play_fireworks(seed=plan["seed"], rng=SystemRandom(), **asked)
        except ValueError as error:
            raise CommandError(str(error)) from error
        ended = clock.now()
        found = services.judge_evening(evening, plan["seed"])
        while found.kept < found.streams and (clock.now() - ended).total_seconds() < options["wait"]:
            sleep(STEP_SECONDS)
            found = services.judge_evening(evening, plan["seed"])
        self.stdout.write(
            f"drill: {found.reports} reports, {found.forbidden} in a forbidden zone by the drawing, "
            f"{found.marked} marked, {found.wrong} wrongly, {found.missed} missed"
        )
        self.stdout.write(
            f"drill: {found.streams} streams, {found.streams_marked} marked, {found.streams_wrong} wrongly or missed, "
            f"{found.kept} kept as films within {(clock.now() - ended).total_seconds():.0f} s"
        )
        self.stdout.write(f"drill: receipts {_p95(evening.receipt_ms)}, pieces {_p95(evening.piece_ms)}")
        if found.wrong or found.missed or found.streams_wrong:
            raise CommandError("The platform and the drawing do not agree.")


def _p95(took: list[float]) -> str:
    """The 95th percentile in words."""
    return f"p95 {quantiles(took, n=20)[-1]:.0f} ms" if len(took) > 1 else "none"
