from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from citygrid.access import services
from citygrid.kernel.actor import system_actor


class Command(BaseCommand):
    help = "Create an account without a password (set_password gives it one, appoint a post)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("login")
        parser.add_argument("display_name")
        parser.add_argument("--language", default="", choices=["", "zh-hans", "en"])

    def handle(self, *args: Any, login: str, display_name: str, language: str, **options: Any) -> None:
        account = services.create_account(
            login=login,
            display_name=display_name,
            language=language,
            actor=system_actor("manage.py create_account"),
            now=timezone.now(),
        )
        self.stdout.write(f"Account {account.login} is there, without a password.")
