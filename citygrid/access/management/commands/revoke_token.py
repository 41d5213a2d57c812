from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand

from citygrid.access import services
from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor


class Command(BaseCommand):
    help = "Revoke an API token: it opens nothing from now on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("token", type=UUID, help="its id, as issue_token printed it")

    def handle(self, *args: Any, token: UUID, **options: Any) -> None:
        services.revoke_token(token_id=token, actor=system_actor("manage.py revoke_token"), now=clock.now())
        self.stdout.write(f"{token} is revoked.")
