from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from citygrid.access import queries, services
from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor

MOST_DAYS = 3_650


class Command(BaseCommand):
    help = "Issue an API token for an account's post, and print its key: the only time it can be read."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("login", help="the account that acts")
        parser.add_argument("name", help="what the token is for")
        parser.add_argument("--role", help="which of its posts, when it holds several")
        parser.add_argument("--scope", action="append", help="permission, repeatable; none: all of the role")
        parser.add_argument("--days", type=int, default=365, help="how long it is valid")

    def handle(self, *args: Any, login: str, name: str, days: int, **options: Any) -> None:
        if not 0 < days <= MOST_DAYS:
            raise CommandError(f"--days takes 1 to {MOST_DAYS}.")
        account = queries.account_by_login(login)
        held = [h for h in queries.holdings_of(account.pk) if options["role"] in (None, h.role)]
        if len(held) != 1:
            raise CommandError(f"{login} holds {len(held)} such posts; name one with --role.")
        scopes = options["scope"] or sorted(queries.role(held[0].role).grants)
        now = clock.now()
        token, key = services.issue_token(
            holding_id=held[0].pk,
            name=name,
            scopes=scopes,
            expires_at=now + timedelta(days=days),
            actor=system_actor("manage.py issue_token"),
            now=now,
        )
        self.stdout.write(f"{key}\n{token.pk} acts as {held[0].post} until {token.expires_at:%Y-%m-%d}.")
