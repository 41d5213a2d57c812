import os
import secrets
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections
from django.utils.translation import override
from tqdm import tqdm

from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor
from citygrid.simulator import queries, services

SEED, REPORTS, LIVE = 7, 12_000, 3_000
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look like another


class Command(BaseCommand):
    help = "Build the demo district, play its reports through the whole loop, print a summary, and serve it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="end after the summary")
        parser.add_argument("--seed", type=int, default=SEED, help="another seed, another district")
        parser.add_argument("--reports", type=int, default=REPORTS, help="of the whole week")
        parser.add_argument(
            "--live", type=int, default=LIVE, help="moments of the last day played one by one, at most"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began = self.began = perf_counter()
        self.stages: list[str] = []
        with override("en"), _quick_commits():
            is_new = self._build(options["seed"], options["reports"], options["live"])
            if not is_new:
                self.stdout.write("demo: the district is there already; nothing was added")
            self._print(perf_counter() - began)
        if not options["no_serve"]:
            self.stdout.flush()
            os.execv(sys.executable, [sys.executable, str(settings.ROOT / "deploy" / "run")])  # noqa: S606

    def _build(self, seed: int, reports: int, most: int) -> bool:
        """Each stage is one transaction (each day its own, each step of the last), so that a broken run goes on."""
        call_command("load_defaults", stdout=self.stderr)
        self._ends("defaults")
        given: dict[str, Any] = {"seed": seed, "actor": system_actor("demo"), "now": clock.now()}
        is_new = services.build_district(**given)
        self._ends("district")
        has_new_people = services.build_people(**given)
        self._share_password(has_new_people)
        self._ends("people")
        services.build_duties(**given)
        self._ends("duties")
        services.build_inventory(**given)
        self._ends("inventory")
        has_lived = services.live(reports=reports, most=most, progress=_progress, **given)
        self._ends("week")
        if has_lived:
            services.publish_focus(actor=given["actor"], now=given["now"])
            self._ends("focus")
        return has_lived or is_new

    def _ends(self, stage: str) -> None:
        """Note how long a stage took, and begin the next."""
        now = perf_counter()
        self.stages.append(f"{stage} {now - self.began:.1f}")
        self.began = now

    def _share_password(self, has_new_people: bool) -> None:
        """One generated password for all accounts, kept in the state folder for its owner alone."""
        kept = Path(settings.DEMO_PASSWORD_FILE)
        if kept.exists() and not has_new_people:
            return
        password = kept.read_text().strip() if kept.exists() else _password()
        services.set_passwords(password=password, actor=system_actor("demo"), now=clock.now())
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(f"{password}\n")

    def _print(self, seconds: float) -> None:
        now, kept = clock.now(), Path(settings.DEMO_PASSWORD_FILE)
        found = queries.summary(now)
        rate = found.on_time / found.judged if found.judged else 0
        share = found.right / found.dispatched if found.dispatched else 0
        states = ", ".join(f"{state} {count}" for state, count in sorted(found.cases_by_state.items()))
        fates = ", ".join(f"{state} {count}" for state, count in sorted(found.reports_by_state.items()))
        happened = ", ".join(f"{word} {count}" for word, count in sorted(found.counts.items()))
        week, realised = found.week, found.week.precision
        concluded = ", ".join(f"{word} {count}" for word, count in found.conclusions.items())
        lines = [
            f"demo: reports {found.reports} ({fates})",
            f"demo: cases {found.cases} ({states})",
            f"demo: on time {found.on_time} of {found.judged} closed with a limit ({rate:.1%});"
            f" open and overdue {found.overdue}",
            f"demo: dispatched automatically {found.automatic} of {found.dispatched}, and right {found.right}"
            f" ({share:.1%} of all; demo)",
            f"demo: automatic dispatch decided {week.decided} in the week and sent {week.coverage:.1%};"
            f" of {week.known} whose end is known right {realised.right} ({realised.low:.1%} to {realised.high:.1%})",
            f"demo: {concluded}",
            f"demo: {happened}",
            f"demo: {seconds:.1f} seconds ({', '.join(self.stages)})",
            "",
            "demo accounts (invented people; one password for all of them, for the demo only)",
            *(f"  {one.login:<26}{one.name}  {'; '.join(one.posts)}" for one in queries.persons(now)),
            f"  password: {kept.read_text().strip()}  (kept in {kept})",
        ]
        self.stdout.write("\n".join(lines))


@contextmanager
def _quick_commits() -> Iterator[None]:
    """Commit without waiting for the disk: should the machine stop now, the next run goes on from what was kept."""
    before = os.environ.get("PGOPTIONS")
    connections.close_all()
    os.environ["PGOPTIONS"] = f"{before or ''} -c synchronous_commit=off"
    try:
        yield
    finally:
        connections.close_all()
        os.environ.pop("PGOPTIONS")
        if before is not None:
            os.environ["PGOPTIONS"] = before


def _password() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def _progress(items: Iterable[Any], title: str) -> Iterable[Any]:
    """A bar on stderr when that is a terminal."""
    return tqdm(items, desc=f"demo: {title}", file=sys.stderr, disable=not sys.stderr.isatty())
