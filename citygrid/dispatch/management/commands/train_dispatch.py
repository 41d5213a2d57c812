import resource
from datetime import datetime, time
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_date
from django.utils.timezone import make_aware

from citygrid.dispatch import services
from citygrid.dispatch.choices import Target
from citygrid.dispatch.learning.classifier import TooManyLabelsError
from citygrid.kernel import clock
from citygrid.kernel.errors import Refusal


class Command(BaseCommand):
    help = (
        "Learn from the newest closed cases which unit handles a case, or which category it is, and keep the model in "
        "the shadow: it answers, and nobody acts on it until it is replayed on history and switched on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", choices=Target.values)
        parser.add_argument("--until", help="learn from cases opened before this day only (YYYY-MM-DD)")
        parser.add_argument("--most-mb", type=int, default=6144, help="memory it may use at most")

    def handle(self, *args: Any, **options: Any) -> None:
        began, now = monotonic(), clock.now()
        _bound(options["most_mb"] << 20)
        until = now
        if options["until"]:
            day = parse_date(options["until"])
            if day is None:
                raise CommandError("--until is a day, such as 2026-11-01.")
            until = make_aware(datetime.combine(day, time.min))

        def say(words: str) -> None:
            self.stderr.write(f"{monotonic() - began:6.1f} s  {words}", style_func=str)

        try:
            target = Target(options["target"])
            model = services.train(target=target, until=until, actor=services.TRAINER, now=now, progress=say)
        except (Refusal, TooManyLabelsError) as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(f"{model.sha256} learned from {model.cases} cases, in the shadow")


def _bound(most: int) -> None:
    """Let the process have so much memory, and fail rather than take it from the others."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
