import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from citygrid.access import services
from citygrid.kernel.actor import system_actor


class Command(BaseCommand):
    help = "Set an account's password, asked for twice at the terminal or read from the first line of standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("login")
        parser.add_argument("--password-stdin", action="store_true")

    def handle(self, *args: Any, login: str, password_stdin: bool, **options: Any) -> None:
        password = sys.stdin.readline().rstrip("\n") if password_stdin else _asked()
        actor = system_actor("manage.py set_password")
        services.set_password(login=login, password=password, actor=actor, now=timezone.now())
        self.stdout.write(f"{login} can sign in with the new password.")


def _asked() -> str:
    password = getpass("New password: ")
    if password != getpass("Again: "):
        raise CommandError("The two differ; nothing was changed.")
    return password
