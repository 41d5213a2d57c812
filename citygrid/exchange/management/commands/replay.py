import csv
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from citygrid.exchange.rules import Profile, parse, read_time
from citygrid.exchange.services import replay as services
from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor
from citygrid.kernel.errors import NotFound, Refusal
from citygrid.workflow import queries as workflow

PROFILES = "data/profiles"


class Command(BaseCommand):
    help = "Replay past requests of another system (CSV, XLSX, Parquet) as reports and cases, as a profile maps them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CSV (also .gz), XLSX or Parquet")
        parser.add_argument("--profile", required=True, help=f"a name in {PROFILES}, or a YAML file")
        parser.add_argument("--as-of", help="judge open cases at this moment (ISO 8601, local time of the profile)")
        parser.add_argument("--dry-run", action="store_true", help="read and judge everything, write no case")
        parser.add_argument("--summary", type=Path, help="write the figures to this JSON file")
        parser.add_argument("--verdicts", type=Path, help="write id,on_time of every row to this CSV file")
        parser.add_argument(
            "--errors", type=Path, help="write rows that were not replayed here (default: by the summary)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began = monotonic()
        try:
            figures = self._replay(options)
        except Refusal as refusal:
            raise CommandError(f"{refusal} {refusal.advice}".strip()) from refusal
        except OSError as fault:
            raise CommandError(str(fault)) from fault
        figures["seconds"] = round(monotonic() - began, 1)
        if options["summary"]:
            options["summary"].write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        self._print(figures)

    def _replay(self, options: dict[str, Any]) -> dict[str, Any]:
        now = clock.now()
        profile = _profile(options["profile"])
        replay = services.open_replay(
            profile=profile, path=options["file"], as_of=_as_of(options["as_of"], profile), now=now
        )
        summary = options["summary"]
        errors = options["errors"] or (summary and summary.with_suffix(".errors.csv"))
        tally = services.Tally()
        with _FileSink.opened(options["verdicts"], errors) as sink, self._bar(replay.total, options) as bar:
            if not options["dry_run"]:
                _require_procedure()
            run = services.run_replay(
                replay=replay,
                sink=sink,
                actor=system_actor(f"replay {profile.code}"),
                now=now,
                is_dry_run=options["dry_run"],
            )
            for tally in run:
                bar.update(tally.rows - bar.n)
        head = {"profile": profile.code, "as_of": replay.as_of.isoformat(), "dry_run": options["dry_run"]}
        return {**head, **tally.as_summary()}

    def _bar(self, total: int | None, options: dict[str, Any]) -> Any:
        return tqdm(total=total, unit=" rows", mininterval=1, disable=not options["verbosity"])

    def _print(self, figures: dict[str, Any]) -> None:
        self.stdout.write("department                closed with target  on time")
        for unit, found in figures["on_time_by_department"].items():
            self.stdout.write(f"{unit[:24]:24}  {found['closed_with_target']:18,}  {found['rate']:7.1%}")
        plain = {name: value for name, value in figures.items() if name != "on_time_by_department"}
        self.stdout.write(json.dumps(plain, ensure_ascii=False))


class _FileSink:
    """Writes verdicts and faults as CSV."""

    def __init__(self, verdicts: Any, errors: Any) -> None:
        self.verdicts, self.errors = csv.writer(verdicts), csv.writer(errors)
        self.verdicts.writerow(["id", "on_time"])
        self.errors.writerow(["row", "id", "code", "words"])

    @classmethod
    @contextmanager
    def opened(cls, verdicts: Path | None, errors: Path | None) -> Iterator["_FileSink"]:
        with ExitStack() as stack:
            paths = [path or Path(os.devnull) for path in (verdicts, errors)]
            files = [stack.enter_context(path.open("w", encoding="utf-8", newline="")) for path in paths]
            yield cls(*files)

    def verdict(self, request_id: str, on_time: bool | None) -> None:
        self.verdicts.writerow([request_id, "" if on_time is None else str(on_time).lower()])

    def fault(self, row: int, request_id: str, code: str, words: str) -> None:
        self.errors.writerow([row, request_id, code, words])


def _profile(name: str) -> Profile:
    folder = settings.ROOT / PROFILES
    shipped = folder / f"{name}.yaml"
    path = shipped if shipped.is_file() else Path(name)
    if not path.is_file():
        known = ", ".join(sorted(found.stem for found in folder.glob("*.yaml")))
        raise CommandError(f"There is no profile {name}. Known are {known}; or give the path of a YAML file.")
    return parse(path.read_text(encoding="utf-8", errors="replace"))


def _as_of(text: str | None, profile: Profile) -> datetime | None:
    if text is None:
        return None
    try:
        return read_time(text, profile.zone)
    except ValueError as fault:
        raise CommandError(f"--as-of: {fault}") from fault


def _require_procedure() -> None:
    """A database that was only just made has no procedure yet: then the shipped ones are published."""
    try:
        workflow.latest_version(services.PROCEDURE)
    except NotFound:
        call_command("load_procedures", verbosity=0)
