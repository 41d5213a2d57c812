"""What a post may change without code: where, who changed it last, and when."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citygrid.desk.web.administration import Part, parts_for
from citygrid.desk.web.shell import draw
from citygrid.kernel import audit
from citygrid.kernel.errors import NotPermitted
from citygrid.kernel.models import AuditEntry
from citygrid.kernel.permissions import READ_STATUS
from citygrid.kernel.sheets.ports import ports_of
from citygrid.kernel.web import SIGNED_IN, requires
from citygrid.ui.formats import NOTHING
from citygrid.ui.tables import Cell, Column, Empty, Table

USES = ("sign-in", "sign-in-refused", "sign-out", "export")  # on record, but no changes


@requires(SIGNED_IN)
@require_safe
def overview(request: Any) -> HttpResponse:
    """Everything this post administers."""
    parts = parts_for(request.actor)
    if not parts:
        raise NotPermitted(permission=READ_STATUS)
    changes = audit.last_changes({kind for part in parts for kind in part.kinds}, USES)
    newest = {part: _newest(changes, part) for part in parts}
    sheets = {port.code for port in ports_of(request.actor)}
    columns = [
        Column(_("What"), lambda part: part.title),
        Column(_("What it is for"), lambda part: part.about),
        Column(_("Changed last"), lambda part: getattr(newest[part], "at", None), "time"),
        Column(_("By"), lambda part: getattr(newest[part], "actor_label", NOTHING)),
        Column(_("Many at once"), lambda part: NOTHING),
    ]
    caption = _("What your post administers")
    table = Table.of(
        request,
        columns,
        parts,
        caption=caption,
        empty=Empty(""),
        url=lambda part: reverse(part.page, args=part.given),
    )
    for cells, part in zip(table.rows, parts, strict=True):
        if sheets.intersection(part.given):
            cells[-1] = Cell(cells[-1].column, _("File"), reverse("sheet", args=part.given))  # type: ignore[index]
    return draw(request, "desk/administration/overview.html", {"table": table})


def _newest(changes: Mapping[str, AuditEntry], part: Part) -> AuditEntry | None:
    found = (changes[kind] for kind in part.kinds if kind in changes)
    return max(found, key=lambda entry: entry.at, default=None)
