from citygrid.kernel.models.audit import AuditEntry, AuditHead, AuditSeal
from citygrid.kernel.models.calendars import Calendar, CalendarDay, CalendarVersion
from citygrid.kernel.models.events import Delivery
from citygrid.kernel.models.idempotency import IdempotencyKey
from citygrid.kernel.models.limits import LimitWindow
from citygrid.kernel.models.numbering import Series
from citygrid.kernel.models.sheets import SheetRun
from citygrid.kernel.models.slow import SlowRequest

__all__ = [
    "AuditEntry",
    "AuditHead",
    "AuditSeal",
    "Calendar",
    "CalendarDay",
    "CalendarVersion",
    "Delivery",
    "IdempotencyKey",
    "LimitWindow",
    "Series",
    "SheetRun",
    "SlowRequest",
]
