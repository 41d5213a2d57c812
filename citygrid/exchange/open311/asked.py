"""What a call asks for: its parameters, read once and refused with their names."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.utils.translation import gettext as _

from citygrid.exchange.errors import JurisdictionUnknown, ParameterMissing, ParameterUnfit
from citygrid.exchange.models import Application
from citygrid.exchange.rules import georeport
from citygrid.geography import queries as geography
from citygrid.geography.choices import Level

SPAN, INSTANT = timedelta(days=90), timedelta(microseconds=1)
MOST_ROWS, DEEPEST_ROW = 1_000, 10_000
MOST_IDS = 200
LONGEST = 300  # of a parameter that is no text of a person
STATUSES = {"open": True, "closed": False}
TEXTS = frozenset({"description", "media_url"})


@dataclass(frozen=True)
class Asked:
    """One call: its parameters, who calls (an application, or nobody by name), and when."""

    given: QueryDict
    application: Application | None
    is_test: bool
    now: datetime

    def word(self, name: str, most: int = LONGEST) -> str:
        """A parameter without spaces around it; "" when it is empty or absent, which means the same."""
        said = self.given.get(name, "").strip()
        if len(said) > most:
            raise ParameterUnfit(name, _("longer than %(most)s characters") % {"most": most})
        return said

    def need(self, name: str) -> str:
        """A parameter that must be there; ParameterMissing (400)."""
        said = self.word(name)
        if not said:
            raise ParameterMissing(name)
        return said

    def ids(self, name: str) -> list[str]:
        """The parts of a list with commas."""
        found = georeport.listed(self.word(name, LONGEST * 20))
        if len(found) > MOST_IDS:
            raise ParameterUnfit(name, _("more than %(most)s ids") % {"most": MOST_IDS})
        return found

    def number(self, name: str, least: float, most: float) -> float | None:
        """A number between two others; None when it is absent."""
        said = self.word(name)
        if not said:
            return None
        try:
            found = float(said)
        except ValueError as error:
            raise ParameterUnfit(name, _("not a number")) from error
        if not least <= found <= most:
            raise ParameterUnfit(name, _("not between %(least)s and %(most)s") % {"least": least, "most": most})
        return found

    def moment(self, name: str, *, end: bool = False) -> datetime | None:
        """A W3C date and time with its zone; None when it is absent."""
        said = self.word(name)
        try:
            return georeport.moment(said, timezone.get_default_timezone(), end=end) if said else None
        except (georeport.Unreadable, OverflowError) as error:
            raise ParameterUnfit(name, error) from error

    def span(self) -> tuple[datetime, datetime]:
        """From start_date to just after end_date: 90 days at most, and the last 90 where neither is given."""
        start, end = self.moment("start_date"), self.moment("end_date", end=True)
        try:
            end = end or (start + SPAN if start else self.now)
            start = start or end - SPAN
            if end < start:
                raise ParameterUnfit("end_date", _("before start_date"))
            if end - start > SPAN + timedelta(days=1):
                raise ParameterUnfit("start_date", _("more than 90 days before end_date"))
            return start, end + INSTANT
        except OverflowError as error:
            raise ParameterUnfit("start_date", error) from error

    def is_open(self) -> bool | None:
        """Whether only open or only closed requests are asked for; None for both."""
        found = {name: STATUSES.get(name.lower()) for name in self.ids("status")}
        if None in found.values():
            raise ParameterUnfit("status", _("neither open nor closed"))
        wanted = set(found.values())
        return wanted.pop() if len(wanted) == 1 else None

    def page(self) -> tuple[int, int]:
        """Of the rows found the first and the one after the last: `page` from 1, of `page_size` rows."""
        size = int(self.number("page_size", 1, MOST_ROWS) or MOST_ROWS)
        page = int(self.number("page", 1, DEEPEST_ROW) or 1)
        if page * size > DEEPEST_ROW:
            reason = _("beyond row %(most)s: ask for a shorter span of time") % {"most": DEEPEST_ROW}
            raise ParameterUnfit("page", reason)
        return (page - 1) * size, page * size

    def area(self) -> str:
        """The district of `jurisdiction_id`, "" for all; JurisdictionUnknown (404)."""
        said = self.word("jurisdiction_id")
        if said and said not in districts():
            raise JurisdictionUnknown(name=said)
        return said


def districts() -> list[str]:
    """The codes of all districts."""
    return [area.code for area in geography.areas_below("", Level.DISTRICT)]


def parameters(request: Any) -> QueryDict:
    """What the address and the body say, the body first; ParameterUnfit for a body that cannot be read."""
    try:
        given = QueryDict(request.META.get("QUERY_STRING", ""), mutable=True)
        if request.method == "POST":
            body = request.POST
            for name, values in body.lists():
                given.setlist(name, values)
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError, ValueError) as error:
        raise ParameterUnfit(_("body"), type(error).__name__) from error
    for name, values in given.lists():
        if any(georeport.UNSPEAKABLE.search(part) for part in (name, *(value.replace("\r", "") for value in values))):
            raise ParameterUnfit(georeport.text(name[:40]) or "?", _("holds characters that no text has"))
    return given


def base_address(request: Any, part: str) -> str:
    """The address of a part of the protocol on this host."""
    return str(request.build_absolute_uri(f"/open311/{part}"))


def contact() -> str:
    """Whom developers may ask: as the installation says."""
    return str(settings.OPEN311_CONTACT)
