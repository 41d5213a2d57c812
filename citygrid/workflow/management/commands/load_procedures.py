from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand

from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor
from citygrid.workflow import services


class Command(BaseCommand):
    help = "Publish the procedures of a folder (default: data/procedures). What is published already stays."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=settings.ROOT / "data/procedures")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        for path in sorted(folder.glob("*.yaml")):
            document = yaml.safe_load(path.read_text())
            procedure = services.publish_procedure(
                document=document, actor=system_actor("load_procedures"), now=clock.now()
            )
            self.stdout.write(f"{procedure.code} {procedure.version}: {len(procedure.actions)} actions")
