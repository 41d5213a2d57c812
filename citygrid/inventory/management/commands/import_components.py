import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from citygrid.geography.choices import Frame
from citygrid.inventory.services import import_components, rows_of_file
from citygrid.kernel.actor import system_actor
from citygrid.kernel.clock import now
from citygrid.kernel.errors import Refusal

SHOWN = 20


class Command(BaseCommand):
    help = "Import components from CSV, XLSX or GeoJSON: all rows, or with --only-good the good ones."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--frame", choices=Frame.values, default=Frame.WGS84)
        parser.add_argument("--only-good", action="store_true", help="leave out the rows that are wrong")
        parser.add_argument("--dry-run", action="store_true", help="check only")
        parser.add_argument("--report", type=Path, help="write the report to this JSON file")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            report = import_components(
                rows=rows_of_file(path.name, path.read_bytes()),
                actor=system_actor("import_components"),
                now=now(),
                frame=Frame(options["frame"]),
                dry_run=options["dry_run"],
                only_good=options["only_good"],
                reason=path.name[:300],
            )
        except Refusal as refusal:
            raise CommandError(f"{refusal} {refusal.advice}") from refusal
        except OSError as error:
            raise CommandError(str(error)) from error
        content = report.as_json()
        if options["report"]:
            options["report"].write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        for finding in content["findings"][:SHOWN]:
            self.stderr.write("{row}. {column}: {words}".format(**finding))
        if report.wrong and not (options["only_good"] or options["dry_run"]):
            raise CommandError(f"{report.wrong} of {report.rows} rows are wrong; nothing was imported.")
        counts = f"{report.added} added, {report.changed} changed, {report.same} same, {report.wrong} wrong"
        self.stdout.write(f"{report.rows} rows: {counts}{'' if report.is_written else ' (checked only)'}.")
