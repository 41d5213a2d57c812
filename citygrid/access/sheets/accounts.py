from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.access import permissions, queries, services
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Words
from citygrid.kernel.sheets.columns import YES_NO, Column, Key, Row, Sheet, Values, matching, yes_no
from citygrid.kernel.sheets.ports import Change, SheetPort, touching

KEY = ("login",)


def login(text: str) -> str:
    """A login in lower case, as accounts keep it."""
    return matching(r"[^\s/]*", gettext_lazy("A login has no spaces and no slashes."))(text).lower()


class AccountSheet(SheetPort):
    """Accounts by login, never with passwords: a new one has none. One taken away again is closed."""

    code = "accounts"
    title = gettext_lazy("Accounts")
    about = gettext_lazy("People who sign in. A new account has no password until an operator sets one.")
    permission = permissions.MANAGE_ACCOUNTS

    def sheet(self, actor: Actor, now: datetime) -> Sheet:
        languages: dict[str, Words] = dict(settings.LANGUAGES)
        columns = (
            Column("login", gettext_lazy("Login"), is_required=True, example="wang", max_length=60, parse=login),
            Column("name", gettext_lazy("Name"), is_required=True, example="王小明", max_length=60),
            Column("language", gettext_lazy("Language"), choices=languages),
            Column("active", gettext_lazy("In use"), gettext_lazy("Blank: yes."), choices=YES_NO, default="yes"),
        )
        return Sheet(self.code, self.title, columns, KEY)

    def current(self, actor: Actor, now: datetime) -> Iterable[Values]:
        for account in queries.all_accounts(actor):
            yield {
                "login": account.login,
                "name": account.display_name,
                "language": account.language,
                "active": yes_no(account.is_active),
            }

    def check(self, rows: Sequence[Row], standing: Mapping[Key, Values], actor: Actor, now: datetime) -> None:
        own = {account.login for account in queries.all_accounts(actor) if account.pk == actor.account_id}
        for row in touching(rows, standing, KEY):
            if row.values["login"] in own and row.values["active"] == "no":
                row.fail("active", "own_account", _("Nobody closes the account they act with."))

    def apply(self, changes: Sequence[Change], actor: Actor, now: datetime) -> None:
        rows = [change.after or {**(change.before or {}), "active": "no"} for change in changes]
        accounts = [
            services.AccountIn(row["login"], row["name"], row["language"], row["active"] == "yes") for row in rows
        ]
        services.put_accounts(accounts=accounts, actor=actor, now=now)
