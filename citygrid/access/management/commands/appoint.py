from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from citygrid.access import queries, services
from citygrid.kernel.actor import system_actor


class Command(BaseCommand):
    help = "Let an account act in a role of an organisation; its post is created when there is none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("login")
        parser.add_argument("role", choices=sorted(queries.roles()))
        parser.add_argument("organisation", help="its code")
        parser.add_argument("--area", action="append", help="area code prefix, repeatable; none: everywhere")

    def handle(self, *args: Any, login: str, role: str, organisation: str, area: list[str], **options: Any) -> None:
        holding = services.appoint(
            login=login,
            role=role,
            organisation_code=organisation,
            areas=area or [""],
            actor=system_actor("manage.py appoint"),
            now=timezone.now(),
        )
        self.stdout.write(f"{login} acts as {holding.post} from {holding.from_date}.")
