from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from citygrid.access import queries, services
from citygrid.kernel.actor import system_actor


class Command(BaseCommand):
    help = "Create an organisation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code")
        parser.add_argument("kind")
        parser.add_argument("name_zh")
        parser.add_argument("--name-en", default="")
        parser.add_argument("--parent", default="", help="code of the organisation above")
        parser.add_argument("--credit-code", default="", help="unified social credit code")
        parser.add_argument("--area", default="", help="code of the area it belongs to")

    def handle(self, *args: Any, parent: str, area: str, **options: Any) -> None:
        columns = ("code", "kind", "name_zh", "name_en", "credit_code")
        created = services.create_organisation(
            **{column: options[column] for column in columns},
            area_code=area,
            parent_id=queries.organisation_by_code(parent).id if parent else None,
            actor=system_actor("manage.py create_organisation"),
            now=timezone.now(),
        )
        self.stdout.write(f"{created.code}: {created.name}")
