"""Reads of the demo: what is there of it, who its people are, and what became of its reports."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import FloatField, Func

from citygrid.access import queries as access
from citygrid.cases import queries as cases
from citygrid.dispatch import queries as dispatch
from citygrid.dispatch.choices import Conclusion
from citygrid.geography import queries as geography
from citygrid.geography.errors import UnknownPlace
from citygrid.intake import queries as intake
from citygrid.inventory import queries as inventory
from citygrid.inventory.choices import State
from citygrid.kernel.actor import Actor, system_actor
from citygrid.kernel.models import AuditEntry
from citygrid.simulator.rules.nearby import Placed
from citygrid.simulator.rules.people import CODE, seats

if TYPE_CHECKING:
    from citygrid.cases.models import Case

SUBJECT = f"simulator.district/{CODE}"
VIEWER = system_actor("demo", areas=(CODE,))
ALL = 100_000
WEEK = timedelta(days=7)


def district_exists() -> bool:
    """Whether the demo district is defined."""
    try:
        geography.area(CODE)
    except UnknownPlace:
        return False
    return True


def noted(action: str) -> Mapping[str, Any] | None:
    """What the audit trail keeps of a stage of the demo ("plan", "lived"); None when it was not reached."""
    found = AuditEntry.objects.filter(subject=SUBJECT, action=action).order_by("id").first()
    return found.data if found else None


def recorded_reports(since: date) -> dict[str, tuple[UUID, str, UUID | None]]:
    """Reports recorded in bulk from a day on, by the key they were sent under: id, state, and case."""
    wanted = intake.ReportFilter(area_code=CODE, received_from=since)
    rows = intake.reports(VIEWER, wanted, count=ALL).values_list("source_key", "pk", "state", "case_id")
    return {key: (pk, state, case_id) for key, pk, state, case_id in rows if key}


def standing() -> Iterator[Placed]:
    """The components of the district, without those that were removed."""
    rows = inventory.all_components(VIEWER).exclude(state=State.REMOVED)
    lon, lat = (Func("location", function=name, output_field=FloatField()) for name in ("ST_X", "ST_Y"))
    yield from rows.values_list("pk", "category_id", "area_code", lon, lat).iterator()


def accounts() -> dict[str, UUID]:
    """Accounts of the demo by login."""
    logins = {seat.login for seat in seats()}
    return dict(get_user_model()._default_manager.filter(login__in=logins).values_list("login", "pk"))


def actors(now: datetime) -> list[Actor]:
    """Everybody of the demo, once for each post held."""
    found = [
        access.actor_for(account, post.id, now)
        for _, account in sorted(accounts().items())
        for post in access.posts_of(account, now)
    ]
    return [actor for actor in found if actor]


@dataclass(frozen=True)
class Person:
    """An account of the demo as it is listed: login, name, and the titles of its posts with their units."""

    login: str
    name: str
    posts: tuple[str, ...]


def persons(now: datetime) -> list[Person]:
    """The accounts of the demo in the order of their seats, in the active language."""
    there = {found.pk: found for found in get_user_model()._default_manager.filter(pk__in=accounts().values())}
    by_login = {found.login: found for found in there.values()}
    return [
        Person(login, by_login[login].display_name, tuple(_post(post) for post in posts))
        for login in dict.fromkeys(seat.login for seat in seats())
        if login in by_login and (posts := access.posts_of(by_login[login].pk, now))
    ]


def _post(post: Any) -> str:
    return f"{post.title} · {post.organisation.name}"


@dataclass(frozen=True)
class Summary:
    """What became of the demo's reports: counts by state, and of the cases closed with a limit how many in time."""

    reports: int
    reports_by_state: Mapping[str, int]
    cases: int
    cases_by_state: Mapping[str, int]
    judged: int
    on_time: int
    overdue: int
    dispatched: int
    automatic: int
    right: int
    week: dispatch.Tally
    conclusions: Mapping[Conclusion, int]
    counts: Mapping[str, int] = field(default_factory=dict)


def summary(now: datetime) -> Summary:
    """The summary of everything in the demo district.

    `automatic`: of the cases dispatched, those whose first dispatch was the platform's; `right`: of these, the ones
    whose unit kept them, without a return. `week` and `conclusions`: what automatic dispatch did in the week.
    """
    reports = intake.reports(VIEWER, intake.ReportFilter(area_code=CODE), count=ALL)
    found = list(cases.cases(VIEWER, cases.CaseFilter(area_code=CODE), now, count=ALL))
    dispatches = cases.first_dispatches(VIEWER)
    counts: Counter[str] = Counter()
    for case in found:
        counts.update(case.counts)
    return Summary(
        reports=reports.count(),
        reports_by_state=Counter(reports.values_list("state", flat=True)),
        cases=len(found),
        cases_by_state=Counter(case.state for case in found),
        judged=sum(case.on_time is not None for case in found),
        on_time=sum(case.on_time is True for case in found),
        overdue=sum(case.is_open and case.due_at is not None and case.due_at < now for case in found),
        dispatched=len(dispatches),
        automatic=sum(is_automatic for is_automatic, _ in dispatches.values()),
        right=sum(_was_right(case, *dispatches[case.pk]) for case in found if case.pk in dispatches),
        week=dispatch.tally(VIEWER, now - WEEK, now),
        conclusions=dispatch.by_conclusion(VIEWER, now - WEEK, now),
        counts=counts,
    )


def _was_right(case: "Case", is_automatic: bool, unit_id: str) -> bool:
    return is_automatic and not case.counts.get("returns") and str(case.unit_id) == unit_id
