from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand

from citygrid.evaluation import services
from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor


class Command(BaseCommand):
    help = "Load definitions of indicators and scorings from a folder (default: data/evaluation)."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=settings.ROOT / "data/evaluation")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        documents = {
            name: yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))[name]
            for name in ("definitions", "scorings")
        }
        count = services.load(**documents, actor=system_actor("load_evaluation"), now=clock.now())
        self.stdout.write(f"{count} new definitions and scorings")
