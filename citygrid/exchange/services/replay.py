"""The run: rows of a file become past reports and cases, a chunk at a time, each chunk once and whole."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db import connection, transaction

from citygrid.cases import services as cases
from citygrid.exchange import permissions
from citygrid.exchange.errors import words_of
from citygrid.exchange.rules import Fault, Profile, Reading, past_actions, read_row, verdict
from citygrid.exchange.services.city import WGS84, City
from citygrid.exchange.services.tables import Table, open_table
from citygrid.intake import queries as intake
from citygrid.intake import services as intake_services
from citygrid.intake.choices import ReportState
from citygrid.kernel.actor import Actor
from citygrid.kernel.calendars import calendar_for

CHUNK = 2_000
PROCEDURE = "city-case"
REPLAY_LOCK = 0x7265706C
MOST_NAMED = 20


class Sink(Protocol):
    """Where the run writes, row by row."""

    def verdict(self, request_id: str, on_time: bool | None) -> None:
        """The verdict on a request; None where there is none."""
        ...

    def fault(self, row: int, request_id: str, code: str, words: str) -> None:
        """Why a row is not replayed."""
        ...


@dataclass
class Tally:
    """The figures of a run so far.

    rows = reports + already_there + row_errors. `on_time_*` compare our verdict with the published flag on closed
    rows that have a target and a flag, whether replayed or not; `open_*` do so on open ones, as of `as_of`.
    `flag_blank` are closed rows with a target and no flag. `departments`: closed rows with a target, and those of
    them done in time.
    """

    rows: int = 0
    reports: int = 0
    already_there: int = 0
    row_errors: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    on_time_checked: int = 0
    on_time_agree: int = 0
    disagreeing: list[str] = field(default_factory=list)
    flag_blank: int = 0
    flag_unknown: int = 0
    open_checked: int = 0
    open_agree: int = 0
    default_points: int = 0
    points_outside: int = 0
    departments: dict[str, list[int]] = field(default_factory=dict)

    def as_summary(self) -> dict[str, Any]:
        """The figures as JSON values; the on-time rate of a department is None where nothing had a target."""
        figures = {name: value for name, value in vars(self).items() if name != "departments"}
        rates = {
            unit: {"closed_with_target": closed, "on_time": on_time, "rate": round(on_time / closed, 4)}
            for unit, (closed, on_time) in sorted(self.departments.items())
        }
        return {**figures, "errors": dict(sorted(self.errors.items())), "on_time_by_department": rates}

    def add(self, reading: Reading, on_time: bool | None) -> None:
        """Count one row and its verdict; whether it is a new report is counted by the caller."""
        self.rows += 1
        if reading.fault:
            self.row_errors += 1
            self.errors[reading.fault.code] += 1
        else:
            self.default_points += "default_point" in reading.marks
            self.points_outside += "point_outside" in reading.marks
        if on_time is None:
            return
        if reading.status == "open":
            self.open_checked += reading.flag is not None
            self.open_agree += reading.flag == on_time
        else:
            self._compare(reading, on_time)

    def _compare(self, reading: Reading, on_time: bool) -> None:
        closed = self.departments.setdefault(reading.unit or "-", [0, 0])
        closed[0] += 1
        closed[1] += on_time
        if reading.flag is None:
            self.flag_unknown += bool(reading.flag_text)
            self.flag_blank += not reading.flag_text
            return
        self.on_time_checked += 1
        self.on_time_agree += reading.flag == on_time
        if reading.flag != on_time and len(self.disagreeing) < MOST_NAMED:
            self.disagreeing.append(reading.id)


@dataclass
class Replay:
    """An opened file and the moment its open cases are judged at; `total` rows where the file says so."""

    profile: Profile
    table: Table
    as_of: datetime

    @property
    def total(self) -> int | None:
        return self.table.total


def open_replay(*, profile: Profile, path: Path, as_of: datetime | None, now: datetime) -> Replay:
    """Open and check a file. `as_of` is the one given, the profile's, or the last moment the file tells of.

    Raises FileUnreadable, ColumnsMissing.
    """
    columns = profile.columns.values()
    table = open_table(path, columns, encoding=profile.encoding, delimiter=profile.delimiter)
    return Replay(profile, table, as_of or profile.as_of or _last_moment(table, profile) or now)


def run_replay(
    *, replay: Replay, sink: Sink, actor: Actor, now: datetime, is_dry_run: bool = False
) -> Iterator[Tally]:
    """Replay the rows, each chunk in a transaction of its own; yields the growing figures after each.

    Killed and started again, it goes on where it was: a row is known by its id in the source. A dry run reads and
    judges everything and writes nothing to the database. Raises FileUnreadable, DistrictTaken; HistoryInvalid never
    for procedure city-case.
    """
    actor.require(permissions.REPLAY)
    run = _Run(replay, actor, now)
    tally = Tally()
    if not is_dry_run:
        run.begin()
    for readings in _chunks(replay):
        recorded = run.known(readings) if is_dry_run else run.record(readings)
        for reading in readings:
            is_new = reading.id in recorded and not reading.fault
            on_time = run.judge(reading, recorded)
            tally.add(reading, on_time)
            tally.reports += is_new
            tally.already_there += not is_new and not reading.fault
            _report(sink, reading, on_time)
        yield tally
    yield tally


def _report(sink: Sink, reading: Reading, on_time: bool | None) -> None:
    fault = reading.fault
    if fault:
        sink.fault(reading.row, reading.id, fault.code, words_of(fault.code, fault.params))
    if reading.id and not (fault and fault.code == "id_repeated"):
        sink.verdict(reading.id, on_time)


def _chunks(replay: Replay) -> Iterator[list[Reading]]:
    """Readings by the chunk; a second row with an id is a fault, and says nothing else."""
    seen: set[str] = set()
    rows = replay.table.rows(replay.profile.columns.values())
    while chunk := [read_row(row, replay.profile) for row in islice(rows, CHUNK)]:
        for place, reading in enumerate(chunk):
            if reading.id and reading.id in seen:
                chunk[place] = Reading(reading.row, reading.id, Fault("id_repeated"))
            seen.add(reading.id)
        yield chunk


def _last_moment(table: Table, profile: Profile) -> datetime | None:
    columns = [profile.columns[name] for name in ("opened_at", "closed_at") if name in profile.columns]
    readings = (read_row(row, profile) for row in table.rows(columns))
    moments = chain.from_iterable((reading.opened_at, reading.closed_at) for reading in readings)
    return max(filter(None, moments), default=None)


class _Run:
    """Writes chunks and judges rows."""

    def __init__(self, replay: Replay, actor: Actor, now: datetime) -> None:
        self.profile, self.as_of = replay.profile, replay.as_of
        self.actor, self.now = actor, now
        self.city = City(self.profile, actor, now)
        self.calendar = calendar_for(self.profile.calendar_key)

    @transaction.atomic
    def begin(self) -> None:
        self._lock()
        self.city.found()

    def judge(self, reading: Reading, recorded: dict[str, bool | None]) -> bool | None:
        """The verdict of the steps just recorded; by the same clock for all other rows."""
        if reading.status == "closed" and not reading.fault and reading.id in recorded:
            return recorded[reading.id]
        return verdict(reading, self.as_of, self.calendar)

    def known(self, readings: list[Reading]) -> dict[str, bool | None]:
        """What `record` would answer, without writing."""
        return {reading.id: verdict(reading, self.as_of, self.calendar) for reading in self._new(readings)}

    @transaction.atomic
    def record(self, readings: list[Reading]) -> dict[str, bool | None]:
        """Write the rows that are not there yet: cases with their steps, and the reports that led to them.

        Answers the verdict that each recorded case was closed with, by id.
        """
        self._lock()
        new = self._new(readings)
        if not new:
            return {}
        self.city.meet(((one.major, one.category) for one in new), (one.unit for one in new))
        points = [None if one.lon is None else Point(one.lon, one.lat, srid=WGS84) for one in new]
        histories = [self._history(*pair) for pair in zip(new, points, strict=True)]
        written = cases.record_history(histories=histories, actor=self.actor, now=self.now)
        reports = [
            self._past_report(reading, history, case_id)
            for reading, history, (case_id, _) in zip(new, histories, written, strict=True)
        ]
        intake_services.record_reports(reports=reports, actor=self.actor, now=self.now)
        return {reading.id: state.on_time for reading, (_, state) in zip(new, written, strict=True)}

    def _lock(self) -> None:
        """Two runs at once take turns, so that neither writes what the other just wrote."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REPLAY_LOCK])

    def _new(self, readings: list[Reading]) -> list[Reading]:
        sound = {self._source_key(reading): reading for reading in readings if not reading.fault}
        there = intake.known_source_keys(sound.keys())
        return [reading for key, reading in sound.items() if key not in there]

    def _source_key(self, reading: Reading) -> str:
        return f"{self.profile.code}/{reading.id}"

    def _history(self, reading: Reading, point: Point | None) -> cases.History:
        opening = cases.Opening(
            category_key=self.city.categories[reading.major, reading.category],
            district_code=self.profile.district_code,
            area_code=self.profile.district_code,
            summary=reading.summary,
            source=reading.channel,
            location=point,
            address=reading.address,
            procedure=PROCEDURE,
        )
        actions = past_actions(reading, str(self.city.units[reading.unit]))
        return cases.History(opening, [cases.HistoryStep(a.action, a.at, self.actor.label, a.data) for a in actions])

    def _past_report(self, reading: Reading, history: cases.History, case_id: UUID) -> intake_services.PastReport:
        opening = history.opening
        return intake_services.PastReport(
            source_key=self._source_key(reading),
            channel=reading.channel,
            state=ReportState.ACCEPTED,
            description=opening.summary,
            category_key=opening.category_key,
            district_code=opening.district_code,
            area_code=opening.area_code,
            received_at=history.steps[0].at,
            case_id=case_id,
            location=opening.location,
            address=opening.address,
        )
