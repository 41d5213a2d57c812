"""The devices of an account: on its own page, and on that of who administers accounts."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from citygrid.access import queries as access
from citygrid.ui.formats import NOTHING
from citygrid.ui.tables import Column, Empty, Table


def devices_of(request: Any, account_id: UUID | None) -> dict[str, Any]:
    """Context of `desk/_devices.html`: the devices, and those of them that can be revoked."""
    found = access.devices_of(account_id)
    columns = [
        Column(_("Device"), lambda device: device.name),
        Column(_("Kind"), lambda device: device.agent or NOTHING),
        Column(_("Enrolled"), lambda device: device.enrolled_at, "time"),
        Column(_("Heard of last"), lambda device: device.last_seen_at, "time"),
        Column(_("Revoked"), lambda device: device.revoked_at, "time"),
        Column(_("By"), lambda device: device.revoked_by.display_name if device.revoked_by else NOTHING),
    ]
    empty = Empty(_("No devices"), _("A phone is listed here once it has opened the terminal."))
    table = Table.of(request, columns, found, caption=_("Devices"), empty=empty, id="devices")
    return {"devices": table, "revocable": [device for device in found if device.revoked_at is None]}
