import json
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from citygrid.geography.choices import CODE_LENGTH
from citygrid.geography.services import (
    AreaTarget,
    ImportReport,
    import_areas,
    import_features,
    import_lanes,
    open_source,
)
from citygrid.kernel.actor import system_actor
from citygrid.kernel.clock import now
from citygrid.kernel.errors import Refusal

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Import GeoJSON, GeoPackage or zipped Shapefile: areas or unit grids (--level), features (--layer), "
        "lanes (--lanes-of). All or nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--level", choices=[str(level) for level in CODE_LENGTH], help="areas or unit grids")
        what.add_argument("--layer", help="code of the layer whose features these are")
        what.add_argument("--lanes-of", metavar="AREA", help="code of the area whose streets and lanes these are")
        parser.add_argument("--parent", default="", help="code of the area that holds them all")
        parser.add_argument(
            "--frame", default="", help="wgs84, cgcs2000, gcj02, bd09, EPSG:4548 (default: as it says)"
        )
        parser.add_argument("--file-layer", default="", help="layer of the file, where it has several")
        parser.add_argument("--code-field", default="code")
        parser.add_argument("--name-field", default="name")
        parser.add_argument("--name-en-field", default="name_en")
        parser.add_argument("--time-zone", default="Asia/Shanghai", help="of districts")
        parser.add_argument("--calendar", default="cn", help="working calendar of districts")
        parser.add_argument("--valid-from", type=date.fromisoformat, help="first day (default: for areas always)")
        parser.add_argument("--tolerance", type=float, default=1.0, help="metres of overlap or overhang that pass")
        parser.add_argument("--replace", action="store_true", help="take the new outline and name of known areas")
        parser.add_argument("--dry-run", action="store_true", help="check only")
        parser.add_argument("--report", type=Path, help="write the report to this JSON file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = self._import(options)
        except Refusal as refusal:
            raise CommandError(f"{refusal} {refusal.advice}") from refusal
        content = report.as_json()
        if options["report"]:
            options["report"].write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        for finding in content["findings"][:SHOWN]:
            self.stderr.write("{feature}. {code}: {what} {detail}\n   {do}".format(**finding))
        if report.findings:
            raise CommandError(f"{len(report.findings)} findings in {report.features} features; nothing was imported.")
        counts = f"{report.added} added, {report.replaced} replaced, {report.unchanged} unchanged"
        self.stdout.write(f"{report.features} features: {counts}{' (checked only)' if report.is_dry_run else ''}.")

    def _import(self, options: dict[str, Any]) -> ImportReport:
        source = open_source(
            _load(options["file"]),
            system=options["frame"],
            layer=options["file_layer"],
            code_field=options["code_field"],
            name_field=options["name_field"],
            name_en_field=options["name_en_field"],
        )
        for note in source.words:
            self.stderr.write(note)
        common: dict[str, Any] = {
            "source": source,
            "actor": system_actor("import_geography"),
            "now": now(),
            "dry_run": options["dry_run"],
        }
        if options["layer"]:
            begins = options["valid_from"] or common["now"].date()
            return import_features(layer_code=options["layer"], valid_from_date=begins, **common)
        if options["lanes_of"]:
            return import_lanes(area_code=options["lanes_of"], **common)
        return import_areas(target=_area_target(options), **common)


def _load(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path.name} cannot be read: {error}") from error


def _area_target(options: dict[str, Any]) -> AreaTarget:
    begins = {"valid_from_date": options["valid_from"]} if options["valid_from"] else {}
    return AreaTarget(
        level=next(level for level in CODE_LENGTH if level == options["level"]),
        parent=options["parent"],
        time_zone=options["time_zone"],
        calendar_key=options["calendar"],
        tolerance_m=options["tolerance"],
        replace=options["replace"],
        **begins,
    )
