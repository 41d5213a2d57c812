"""What the account was told, and that it has read it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citygrid.desk.web.shell import draw, standing
from citygrid.desk.web.words import paged
from citygrid.kernel import clock
from citygrid.kernel.web import requires
from citygrid.notices import permissions, queries, services
from citygrid.notices.queries import NoticeView
from citygrid.ui.tables import Empty

PAGES: dict[str, Callable[[str], str]] = {  # what a notice may be about, and where that is shown
    "case": lambda number: reverse("case", args=[number]),
    "report": lambda report_id: reverse("report", args=[report_id]),
    "stream": lambda stream_id: reverse("command-stream", args=[stream_id]),
    "automation": lambda category_key: reverse("automation"),
}


@requires(permissions.READ)
@require_safe
def notice_list(request: Any) -> HttpResponse:
    """The unread notices, many of one kind as one line; `?kind=` shows one kind, `?show=all` the read ones too."""
    kind, is_all = request.GET.get("kind", ""), request.GET.get("show") == "all"
    with timezone.override(standing(request).zone):  # the texts hold times
        rows, pager = paged(request, lambda start, count: _read(request.actor, kind, is_all, start, count))
    shown = {
        "notices": lines(rows),
        "pager": pager,
        "is_all": is_all,
        "kind": next((row.name for row in rows), "") if kind else "",
        "empty": _nothing(is_all),
    }
    return draw(request, "desk/notices.html", shown)


@requires(permissions.READ)
@require_POST
def read(request: Any, notice_id: UUID) -> HttpResponse:
    """Note that a notice was read; with `open`, go to what it is about, else back to the list."""
    notice = queries.notice(notice_id, request.actor)
    services.mark_read(notice_id=notice_id, actor=request.actor, now=clock.now())
    return redirect(page_of(notice) if "open" in request.POST and page_of(notice) else reverse("notices"))


@requires(permissions.READ)
@require_POST
def read_all(request: Any) -> HttpResponse:
    """Note that all notices were read, or all of one kind."""
    kind = request.POST.get("kind", "")
    services.mark_all_read(actor=request.actor, now=clock.now(), template=kind)
    return redirect("notices")


def lines(rows: list[NoticeView]) -> list[tuple[NoticeView, str]]:
    """Notices with the address of what each is about, empty where that has no page."""
    return [(row, page_of(row)) for row in rows]


def page_of(notice: NoticeView) -> str:
    """Where the matter of a notice is shown; empty where it is nowhere."""
    return PAGES[notice.link_kind](notice.link_id) if notice.link_kind in PAGES else ""


def _read(actor: Any, kind: str, is_all: bool, start: int, count: int) -> list[NoticeView]:
    if kind or is_all:
        return queries.notices(actor, is_unread=not is_all, template=kind, start=start, count=count)
    return queries.inbox(actor, start=start, count=count)


def _nothing(is_all: bool) -> Empty:
    if is_all:
        return Empty(
            _("No notice yet"),
            _("You are told here of cases sent to your unit, of deadlines, requests, answers, and your reports."),
            icon="bell",
        )
    return Empty(
        _("You have read everything"),
        _("What was told you in the last 90 days is kept."),
        _("All notices"),
        f"{reverse('notices')}?show=all",
        icon="circle-check",
    )
