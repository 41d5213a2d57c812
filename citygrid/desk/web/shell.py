"""What stands around every staff page: the work of the post, its area, its time zone."""

from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from citygrid.access import queries as access
from citygrid.cases import permissions as case_permissions
from citygrid.cases import queries as cases
from citygrid.catalogue import permissions as catalogue_permissions
from citygrid.desk import queries
from citygrid.desk.rules import Keys
from citygrid.desk.web.administration import parts_for
from citygrid.desk.web.words import place_name
from citygrid.dispatch import permissions as dispatch_permissions
from citygrid.evaluation import permissions as evaluation_permissions
from citygrid.geography import permissions as geography_permissions
from citygrid.geography import queries as geography
from citygrid.geography.errors import UnknownPlace
from citygrid.intake import permissions as intake_permissions
from citygrid.intake import queries as intake
from citygrid.kernel import clock
from citygrid.kernel.actor import Actor
from citygrid.kernel.memo import kept_a_moment
from citygrid.kernel.permissions import USE_SHEETS
from citygrid.kernel.web import stream_address
from citygrid.notices import permissions as notice_permissions
from citygrid.notices import queries as notices
from citygrid.ui.shell import NavItem, PostChoice, Shell
from citygrid.workflow import permissions as workflow_permissions


class Standing:
    """Who asks, when, and what the frame of the page must know of it; each fact is read once a request, if at all."""

    def __init__(self, request: Any) -> None:
        self.request = request
        self.actor: Actor | None = request.actor
        self.now = clock.now()

    @cached_property
    def waiting(self) -> dict[str, int]:
        """Cases that wait for this post, as `cases.queries.waiting_counts` counts them; {} where it has none."""
        if self.actor is None or not self.actor.may(case_permissions.VIEW):
            return {}
        return cases.waiting_counts(self.actor, self.now)

    @cached_property
    def waiting_total(self) -> int | None:
        """How many cases wait, counted no further than the rail shows; None for a post that has none."""
        if "waiting" in self.__dict__:
            return self.waiting.get("all")
        if self.actor is None or not self.actor.may(case_permissions.VIEW):
            return None
        return cases.waiting_total(self.actor, NavItem.MOST + 1)

    @cached_property
    def triage(self) -> int:
        """Reports that wait for a decision of this post."""
        return intake.waiting_count(self.actor) if self.actor else 0

    @cached_property
    def unread(self) -> int:
        """Notices this account has not read yet; 0 for a post that gets none."""
        return notices.unread_count(self.actor) if self.actor and self.actor.may(notice_permissions.READ) else 0

    @cached_property
    def keys(self) -> Keys:
        """The letters of the person who asks."""
        return queries.keys_of(self.actor) if self.actor else Keys()

    @cached_property
    def area(self) -> str:
        """The jurisdiction of the post in words; empty when it is everywhere."""
        codes = [code for code in self.actor.reach.areas if code] if self.actor else []
        return _(", ").join(name for name in map(place_name, codes) if name)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone of the post's first area; the platform's own where none is known."""
        codes = [code for code in self.actor.reach.areas if code] if self.actor else []
        return _zone_of(codes[0]) if codes else ZoneInfo(timezone.get_default_timezone_name())

    @property
    def midnight(self) -> datetime:
        """The beginning of the day of the request in that zone."""
        return self.now.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)

    @cached_property
    def today(self) -> date:
        """The day of the request in that zone."""
        return self.now.astimezone(self.zone).date()


@kept_a_moment
def _zone_of(code: str) -> ZoneInfo:
    try:
        return ZoneInfo(geography.time_zone_of(code))
    except UnknownPlace:
        return ZoneInfo(timezone.get_default_timezone_name())


def standing(request: Any) -> Standing:
    """The standing of this request, made once."""
    if not hasattr(request, "desk_standing"):
        request.desk_standing = Standing(request)
    return request.desk_standing


def draw(request: Any, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page in the time zone of the post's district; `now` is the moment, `keys` the letters of who asks."""
    about = standing(request)
    keys = SimpleLazyObject(lambda: about.keys)
    with timezone.override(about.zone):
        return render(request, template, {"now": about.now, "keys": keys, **context}, status=status)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the frame, built only where a page draws it."""
    return {"shell": SimpleLazyObject(lambda: _shell(request))}


def _shell(request: Any) -> Shell:
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return Shell()
    about = standing(request)
    current = about.actor.post_id if about.actor else None
    posts = _posts_of(request.user.id)
    may_search = about.actor is not None and about.actor.may(case_permissions.VIEW)
    return Shell(
        nav=_nav(about),
        home_url=reverse("home"),
        account_name=request.user.display_name,
        logout_url=reverse("sign-out"),
        account_url=reverse("account") if about.actor else "",
        posts=[PostChoice(str(post.id), _post_name(post), post.id == current) for post in posts],
        post_url=reverse("choose-post"),
        area=about.area,
        search_url=reverse("search") if may_search else "",
        notices_url=reverse("notices") if about.actor and about.actor.may(notice_permissions.READ) else "",
        notices_count=about.unread,
        data_at=about.now,
        stream_url=stream_address(request) if about.actor else "",
        counts_url=reverse("counts"),
    )


@kept_a_moment
def _posts_of(account_id: UUID) -> list[Any]:
    """For the menu only: whether one may be acted as is asked when it is chosen, and at every request."""
    return access.posts_of(account_id, clock.now())


def _post_name(post: Any) -> str:
    return f"{post.title} · {post.organisation.name}"


def _nav(about: Standing) -> list[NavItem]:
    """The rail by work; only what the post may see."""
    actor = about.actor
    if actor is None:
        return []
    match = about.request.resolver_match
    here = match.url_name if match else ""
    works = [
        ("home", "home", _("Home"), "", None),
        ("waiting", "list-check", _("Waiting"), case_permissions.VIEW, lambda: about.waiting_total),
        ("reports", "message", _("Reports"), intake_permissions.VIEW, lambda: about.triage or None),
        ("focus", "eye", _("What to look for"), intake_permissions.VIEW, None),
        ("cases", "folder", _("Cases"), case_permissions.VIEW, None),
        ("map", "map-2", _("Map"), case_permissions.VIEW, None),
        ("command", "activity", _("Command page"), "command.page:view", None),
        ("supervision", "clipboard-check", _("Supervision"), case_permissions.OVERSEE_TASKS, None),
        ("evaluation", "chart-bar", _("Evaluation"), evaluation_permissions.VIEW, None),
        ("categories", "tag", _("Catalogue"), catalogue_permissions.VIEW_STANDARDS, None),
        ("rules", "users-group", _("Rules"), dispatch_permissions.VIEW_RULES, None),
        ("automation", "robot", _("Automatic dispatch"), dispatch_permissions.VIEW_RULES, None),
        ("procedures", "route", _("Procedures"), workflow_permissions.VIEW, None),
        ("layers", "stack-2", _("Layers"), geography_permissions.DEFINE_LAYERS, None),
        ("sheets", "files", _("Spreadsheets"), USE_SHEETS, None),
        *([("administration", "settings", _("Administration"), "", None)] if parts_for(actor) else ()),
    ]
    return [
        NavItem(label, reverse(name), icon, count() if count else None, _is_part(here, name), name if count else "")
        for name, icon, label, permission, count in works
        if not permission or actor.may(permission)
    ]


# Pages of single things belong to the list of their kind.
PARTS = {
    "administration": "administration",
    "reports": "report",
    "cases": "case",
    "map": "map",
    "supervision": "handover",
    "evaluation": "evaluation",
    "categories": "category",
    "rules": "rules",
    "automation": "automation",
    "procedures": "procedure",
    "layers": "layer",
    "sheets": "sheet",
}


def _is_part(here: str, name: str) -> bool:
    return here == name or (name in PARTS and here.split("-")[0] == PARTS[name])
