"""What is changed without code: the parts of the administration, each open to the posts that keep it."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citygrid.access import permissions as access
from citygrid.catalogue import permissions as catalogue
from citygrid.dispatch import permissions as dispatch
from citygrid.geography import permissions as geography
from citygrid.kernel.actor import Actor
from citygrid.kernel.permissions import MANAGE_CALENDARS, READ_STATUS, USE_SHEETS
from citygrid.notices import permissions as notices
from citygrid.workflow import permissions as workflow


class Part(NamedTuple):
    """Something that is administered: its page, who may, and the records by which its changes are known."""

    title: str | Promise
    about: str | Promise
    permission: str
    page: str
    given: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


EACH = "administration-records"  # the page of single records

PARTS = (
    Part(_("Status"), _("Whether everything runs, and what to do if not"), READ_STATUS, "administration-status"),
    Part(
        _("Organisations"),
        _("The units of the city and how they belong together"),
        access.MANAGE_ORGANISATIONS,
        EACH,
        ("organisations",),
        ("access.organisation",),
    ),
    Part(
        _("Accounts"),
        _("The people who sign in, and their passwords"),
        access.MANAGE_ACCOUNTS,
        EACH,
        ("accounts",),
        ("access.account", "access.device"),
    ),
    Part(
        _("Posts"),
        _("Roles in units, for areas"),
        access.MANAGE_POSTS,
        EACH,
        ("posts",),
        ("access.post",),
    ),
    Part(
        _("Appointments"),
        _("Who holds which post"),
        access.MANAGE_POSTS,
        EACH,
        ("holdings",),
        ("access.holding",),
    ),
    Part(
        _("Categories"),
        _("What cases are about"),
        catalogue.MANAGE_STANDARDS,
        EACH,
        ("categories",),
        ("catalogue.scheme",),
    ),
    Part(
        _("Filing standards and limits"),
        _("When a case is filed and closed, and how long that may take"),
        catalogue.MANAGE_STANDARDS,
        "categories",
        (),
        ("catalogue.standard",),
    ),
    Part(
        _("Responsibility rules"),
        _("Which unit handles what and where"),
        dispatch.MANAGE_RULES,
        EACH,
        ("rules",),
        ("dispatch.rule",),
    ),
    Part(
        _("Procedures"),
        _("What happens to a case, step by step"),
        workflow.MANAGE,
        "procedures",
        (),
        ("workflow.procedure",),
    ),
    Part(
        _("Working calendar"),
        _("Days off and days worked instead; provisional deadlines"),
        MANAGE_CALENDARS,
        "administration-calendar",
        (),
        ("kernel.calendar",),
    ),
    Part(
        _("Words of notices"),
        _("What accounts are told, in Chinese and English"),
        notices.MANAGE_TEMPLATES,
        "administration-notices",
        (),
        ("notices.template",),
    ),
    Part(
        _("Layers"),
        _("Areas of responsibility and other places"),
        geography.DEFINE_LAYERS,
        "layers",
        (),
        ("geography.layer",),
    ),
    Part(
        _("Applications"),
        _("Keys by which applications of others report"),
        "exchange.application:manage",  # of a surface, which this one does not know
        "applications",
        (),
        ("exchange.application",),
    ),
    Part(_("Spreadsheets"), _("Many records at once, out as a file and in again"), USE_SHEETS, "sheets"),
)
RECORDS = frozenset(part.given[0] for part in PARTS if part.page == EACH)  # kinds with a page for each


def parts_for(actor: Actor | None) -> list[Part]:
    """The parts this post may open."""
    found = [part for part in PARTS if actor is not None and actor.may(part.permission)]
    return found if any(part.page != "sheets" for part in found) else []
