"""Permissions: declared once by the module that checks them, granted to roles as data."""

import re

from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Words

FORM = re.compile(r"^[a-z_]+\.[a-z_]+:[a-z_]+$")
_declared: dict[str, Words] = {}


def declare(code: str, label: Words) -> str:
    """Declare a permission "module.record:verb" and return its code. ValueError when malformed or declared twice."""
    if not FORM.match(code) or code in _declared:
        raise ValueError(f"Permission {code!r} is malformed or already declared.")
    _declared[code] = label
    return code


def declared() -> dict[str, Words]:
    """All permissions, code to label."""
    return dict(_declared)


USE_SHEETS = declare("kernel.sheet:use", _("Export and import records as spreadsheets"))
READ_STATUS = declare("kernel.status:read", _("See how the platform is doing"))
SETTLE_JOBS = declare("kernel.job:settle", _("Try failed jobs again, or let them be"))
MANAGE_CALENDARS = declare("kernel.calendar:manage", _("Load working calendars and recompute provisional deadlines"))
