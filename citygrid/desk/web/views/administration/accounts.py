"""What the page of an account shows besides, and its password: by a link that works once and is shown once."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from citygrid.access import queries, services
from citygrid.access.permissions import MANAGE_ACCOUNTS
from citygrid.desk.web.devices import devices_of
from citygrid.desk.web.export import plain_book
from citygrid.desk.web.shell import draw, standing
from citygrid.kernel.downloads import download
from citygrid.kernel.sheets.columns import Values
from citygrid.kernel.web import posts_only, requires
from citygrid.ui.formats import NOTHING
from citygrid.ui.tables import Column, Empty, Table


def about_account(values: Values, request: Any) -> Mapping[str, Any]:
    """The posts an account holds or held, and its devices."""
    account = queries.account_by_login(values["login"])
    columns = [
        Column(_("Post"), lambda holding: holding.post.title),
        Column(_("Organisation"), lambda holding: holding.post.organisation.name),
        Column(_("Holds from"), lambda holding: f"{holding.from_date:%Y-%m-%d}", "code"),
        Column(_("Holds until"), lambda holding: f"{holding.until_date:%Y-%m-%d}" if holding.until_date else NOTHING),
    ]
    empty = Empty(_("It holds no post"), _("The security administrator gives it one; until then it may do nothing."))
    held = queries.holdings_of(account.pk)
    table = Table.of(request, columns, held, caption=_("Posts held"), empty=empty, id="held")
    return {"account": account, "held": table, **devices_of(request, account.pk)}


@requires(MANAGE_ACCOUNTS)
@never_cache
@posts_only("administration")
def invite(request: Any) -> HttpResponse:
    """A link with which the person sets a password; the page that comes shows it, and nothing keeps it."""
    account, key = services.invite(login=request.POST.get("login", ""), actor=request.actor, now=standing(request).now)
    context = {"account": account, "link": _link(request, account, key), "until": _until(request)}
    return draw(request, "desk/administration/invited.html", context)


def about_accounts(request: Any) -> Mapping[str, Any]:
    """How many accounts have no password yet."""
    return {"without_password": queries.without_password(request.actor).count()}


@requires(MANAGE_ACCOUNTS)
@never_cache
@posts_only("administration")
def invite_new(request: Any) -> HttpResponse:
    """A workbook with a link for each account without a password, to be handed out; nothing keeps it."""
    about = standing(request)
    until = timezone.make_naive(_until(request), about.zone)
    rows = [
        (account.login, account.display_name, _link(request, account, key), until)
        for account, key in services.invite_new(actor=request.actor, now=about.now)
    ]
    header = [_("Sign-in name"), _("Name"), _("Link for a password"), _("Works once, until")]
    return download(plain_book(_("Links"), header, rows), "xlsx", _("links-for-passwords"))


def _link(request: Any, account: Any, key: str) -> str:
    return str(request.build_absolute_uri(reverse("set-password", args=[account.pk, key])))


def _until(request: Any) -> datetime:
    return standing(request).now + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
