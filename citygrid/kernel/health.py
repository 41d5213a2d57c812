"""How the platform is doing: every line says how a thing stands, and what to do where it does not stand well.

Read by the page of the status and by `manage.py check_health`. The processes are known by the names of their
connections to the database (`PGAPPNAME`), the worker by its heartbeat: nobody keeps a list of its own.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import inf
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.template.defaultfilters import filesizeformat
from django.utils.formats import localize
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from citygrid.kernel import jobs, slow, stamps
from citygrid.kernel.models import AuditEntry, AuditHead, CalendarVersion

BIG_TABLES = 3
GONE = timedelta(seconds=30)  # without a heartbeat a worker is gone, as for `jobs.take_up_left_behind`
NEVER = 36_500.0  # days: as long ago as anything here may be
SOON = timedelta(days=60)  # deadlines reach so far: the calendar of that day should be published

DATABASE = """
SELECT pg_database_size(current_database()), current_setting('max_connections')::int, count(*),
       coalesce(extract(epoch FROM max(now() - xact_start) FILTER (WHERE pid <> pg_backend_pid())), 0)::int,
       count(*) FILTER (WHERE application_name = 'citygrid web'),
       count(*) FILTER (WHERE application_name = 'citygrid live'),
       count(*) FILTER (WHERE application_name = 'citygrid packager'),
       (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - %s)
FROM pg_stat_activity WHERE datname = current_database()
"""
TABLES = """
SELECT relname, n_live_tup, n_dead_tup, greatest(last_vacuum, last_autovacuum)
FROM pg_stat_user_tables ORDER BY n_live_tup DESC, relname LIMIT %s
"""


class State(StrEnum):
    """How a thing stands, named by its lamp; in the order of urgency."""

    BAD = "red"
    ATTENTION = "yellow"
    GOOD = "green"


@dataclass(frozen=True)
class Line:
    """One thing that was looked at; `advice` says what to do, empty where it stands well."""

    name: str
    words: str
    state: State
    advice: str = ""


def look(now: datetime) -> list[Line]:
    """Everything there is to know, what is worst first. 8 queries, whatever the size of the platform."""
    found = [line for lines in LOOKS for line in lines(now)]
    return sorted(found, key=lambda line: list(State).index(line.state))


def graded(value: float, attention: float, bad: float) -> State:
    """The state of a value that should be low."""
    return State.BAD if value >= bad else State.ATTENTION if value >= attention else State.GOOD


def _line(name: str, words: str, state: State, advice: str) -> Line:
    return Line(name, words, state, "" if state is State.GOOD else advice)


def _database(now: datetime) -> Iterator[Line]:
    size, most, connections, longest, web, live, packager, workers = _row(DATABASE, GONE)
    yield Line(_("Size of the database"), filesizeformat(size), State.GOOD)
    yield _line(
        _("Connections to the database"),
        _("%(count)s of %(most)s") % {"count": connections, "most": most},
        graded(connections / most, 0.8, 0.95),
        _("Raise max_connections, or run fewer web workers."),
    )
    yield _line(
        _("Longest transaction"),
        _("%(count)s s") % {"count": longest},
        graded(longest, 60, 600),
        _("See what runs in pg_stat_activity; end it with pg_terminate_backend when it hangs."),
    )
    yield _process(_("Web process"), web, State.ATTENTION)  # it opens a connection with the first request
    yield _process(_("Live process"), live, State.BAD)
    yield _process(_("Worker"), workers, State.BAD)
    yield _process(_("Packager"), packager, State.ATTENTION)


def _process(name: str, count: int, without: State) -> Line:
    words = _("runs (%(count)s)") % {"count": count} if count else _("is not seen")
    advice = _("Start it (deploy/run, or systemctl start citygrid-web) and read its log.")
    return _line(name, words, State.GOOD if count else without, advice)


def _tables(now: datetime) -> Iterator[Line]:
    for name, live, dead, vacuumed in _rows(TABLES, BIG_TABLES):
        at = localize(vacuumed.date()) if vacuumed else _("never")
        told = {"rows": localize(live), "dead": localize(dead), "at": at}
        yield _line(
            _("Table %(name)s") % {"name": name},
            _("%(rows)s rows, %(dead)s dead, vacuumed: %(at)s") % told,
            State.ATTENTION if dead > 10_000 and dead > live / 5 else State.GOOD,
            _("Run VACUUM (ANALYZE) on it, and look for a transaction that stays open."),
        )


def _jobs(now: datetime) -> Iterator[Line]:
    for queue in jobs.queues(now):
        told = {"waiting": queue.waiting, "doing": queue.doing, "minutes": queue.oldest_seconds // 60}
        yield _line(
            _("Jobs: %(queue)s") % {"queue": queue.name},
            _("%(waiting)s wait (the oldest for %(minutes)s min), %(doing)s are being done") % told,
            graded(queue.oldest_seconds, 120, 900),
            _("See that the worker runs; when it does, start another one."),
        )
    failed = sum(group.count for group in jobs.failed())
    advice = _("Read below what failed, mend the cause, and try them again.")
    yield _line(_("Failed jobs"), str(failed), State.BAD if failed else State.GOOD, advice)


def _disks(now: datetime) -> Iterator[Line]:
    for name, folder in _folders().items():
        # A folder that nothing was put in yet will be made on the disk of the next one above it.
        usage = shutil.disk_usage(next(each for each in (folder, *folder.parents) if each.exists()))
        told = {"free": filesizeformat(usage.free), "total": filesizeformat(usage.total)}
        used = 1 - usage.free / usage.total
        state = State.BAD if usage.free < settings.MIN_FREE_BYTES else graded(used, 0.85, 0.95)
        advice = _("Free space there: the platform stops when the disk is full.")
        yield _line(name, _("%(free)s free of %(total)s") % told, state, advice)


def _folders() -> dict[str, Path]:
    found = {_("Disk of the state folder"): settings.STATE_FOLDER}
    if settings.DATABASE_FOLDER:
        found[_("Disk of the database")] = settings.DATABASE_FOLDER
    if photos := settings.EVIDENCE_STORAGE["OPTIONS"].get("location"):
        found[_("Disk of the photos")] = Path(photos)
    return found


def _stamps(now: datetime) -> Iterator[Line]:
    wanted = (
        (stamps.BACKUP, _("Last backup"), 2, 7, _("Back up now, and let the backup leave its stamp (operate.md).")),
        (stamps.HISTORY, _("Last proof of history"), 8, inf, _("Run manage.py verify_history, each week by night.")),
        (stamps.AUDIT, _("Last proof of the audit trail"), 8, inf, _("Run manage.py verify_audit, each week.")),
    )
    for name, label, attention, bad, advice in wanted:
        at = stamps.last(name)
        words = localize(localdate(at)) if at else _("never")
        days = (now - at) / timedelta(days=1) if at else min(bad, NEVER)
        state = graded(days, attention, bad)
        yield _line(label, words, state, advice)


def _audit(now: datetime) -> Iterator[Line]:
    head = AuditHead.objects.order_by("-number").first()
    entries = AuditEntry.objects.filter(txid__gte=head.before_txid if head else 0)
    oldest = entries.order_by("txid", "id").values_list("at", flat=True).first()
    minutes = int((now - oldest) / timedelta(minutes=1)) if oldest else 0
    words = _("sealed") if minutes < 1 else _("open for %(count)s min") % {"count": minutes}
    advice = _("The worker seals it each minute: see that it runs, and that no transaction stays open.")
    yield _line(_("Audit trail"), words, graded(minutes, 5, 60), advice)


def _slow(now: datetime) -> Iterator[Line]:
    pages = slow.pages(now)
    recent = [page for page in pages if now - page.at < timedelta(hours=1)]
    told = {"count": sum(page.noted for page in pages), "pages": len(pages)}
    yield _line(
        _("Slow requests"),
        _("%(count)s of %(pages)s pages within a day") % told if pages else _("none within a day"),
        State.ATTENTION if recent else State.GOOD,
        _("Read below which pages, then look at the longest transaction, the disks and the load of the machine."),
    )


def _calendars(now: datetime) -> Iterator[Line]:
    found = CalendarVersion.objects.order_by("calendar", "-number").distinct("calendar")
    for version in found:
        until = max(version.published_years, default=0)
        yield _line(
            _("Calendar %(key)s") % {"key": version.calendar_id},
            _("published to the end of %(year)s") % {"year": until},
            _calendar_state(until, localdate(now)),
            _("Load the next year's day table when the notice is out; until then deadlines there are provisional."),
        )


def _calendar_state(until: int, today: date) -> State:
    if until < today.year:
        return State.BAD
    return State.ATTENTION if until < (today + SOON).year else State.GOOD


LOOKS: tuple[Callable[[datetime], Iterator[Line]], ...] = (
    _database,
    _jobs,
    _disks,
    _stamps,
    _audit,
    _slow,
    _calendars,
    _tables,
)


def _rows(statement: str, *given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchall()


def _row(statement: str, *given: Any) -> tuple[Any, ...]:
    return _rows(statement, *given)[0]
