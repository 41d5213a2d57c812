"""What one row says under a profile: a past report and case, or a named fault; and its verdict by the case clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite, isnan
from typing import Any

from citygrid.exchange.rules.profile import CLOSED, OPEN, VOIDED, Profile, point_key
from citygrid.exchange.rules.times import read_time
from citygrid.kernel.worktime import Clock, Limit, WorkingCalendar

LONGEST_ID = 120
LONGEST_NAME = 200
LONGEST_ADDRESS = 300
MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file: its place (1 is the first row of data) and the cells by column; `is_broken` by its shape."""

    number: int
    cells: Mapping[str, Any]
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is not replayed: a code of errors.ROW_FAULTS and what its words name."""

    code: str
    params: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Reading:
    """A row as we understand it. Times are UTC in whole seconds; `lon`, `lat` are WGS-84 and within the bounds.

    `flag` is the published verdict; `flag_text` its text, "" when blank. With a `fault` the row is not replayed.
    """

    row: int
    id: str = ""
    fault: Fault | None = None
    status: str = ""
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    due_at: datetime | None = None
    limit: Limit | None = None
    flag: bool | None = None
    flag_text: str = ""
    major: str = ""
    category: str = ""
    title: str = ""
    unit: str = ""
    channel: str = ""
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    marks: dict[str, Any] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        """The kind of request, and its title where that says more."""
        return self.category if self.title in ("", self.category) else f"{self.category}: {self.title}"


@dataclass(frozen=True, slots=True)
class PastAction:
    """A step that a past case took: the procedure's action, when, and the step's data as JSON values."""

    action: str
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)


def read_row(row: Row, profile: Profile) -> Reading:
    """Read all of a row; the first fault found stays with it, what could be read does too."""
    return _RowReader(row, profile).read()


def past_actions(reading: Reading, unit_id: str) -> list[PastAction]:
    """The steps of procedure city-case that a replayed row took: what is not on record happened when it must have.

    Accepted, filed and dispatched when opened; handled, checked and closed when closed; or voided then.
    """
    opened_at, closed_at = reading.opened_at, reading.closed_at
    if reading.fault or opened_at is None:
        raise ValueError(f"row {reading.row} is not replayed")
    actions = [
        PastAction("accept", opened_at, {"source_id": reading.id, **reading.marks}),
        PastAction("file", opened_at),
        PastAction("dispatch", opened_at, {"unit_id": unit_id, **_limit_data(reading)}),
    ]
    if reading.status == OPEN or closed_at is None:
        return actions
    if reading.status == VOIDED:
        return [*actions, PastAction("void", closed_at, {"reason": "voided in the source"})]
    return [*actions, *(PastAction(name, closed_at) for name in ("reply", "send_to_check", "pass_check", "close"))]


def verdict(reading: Reading, as_of: datetime, calendar: WorkingCalendar) -> bool | None:
    """Whether it was done in time, by the case clock: closed at or before its deadline, or open and not past it yet.

    None without a limit, when voided, and where the row does not say enough.
    """
    clock = _clock(reading)
    done_at = {CLOSED: reading.closed_at, OPEN: as_of}.get(reading.status)
    if clock is None or done_at is None:
        return None
    due_at = clock.due_at(calendar)
    return due_at is not None and done_at <= due_at


def _clock(reading: Reading) -> Clock | None:
    if reading.due_at is not None:
        return Clock.until(reading.due_at, reading.opened_at or reading.due_at)
    if reading.limit is not None and reading.opened_at is not None:
        return Clock.start(reading.limit, reading.opened_at)
    return None


def _limit_data(reading: Reading) -> dict[str, Any]:
    if reading.due_at is not None:
        return {"due": reading.due_at.isoformat()}
    return {"limit": [str(reading.limit.value), str(reading.limit.unit)]} if reading.limit else {}


class _RowReader:
    """Reads the cells of one row, in the order in which faults are named."""

    def __init__(self, row: Row, profile: Profile) -> None:
        self.row, self.profile = row, profile
        self.reading = Reading(row.number)

    def read(self) -> Reading:
        if self.row.is_broken:
            self._fault("row_shape")
        self._read_id()
        reading = self.reading
        reading.opened_at = self._time("opened_at", is_needed=True)
        reading.closed_at = self._time("closed_at")
        reading.due_at = self._time("due_at")
        self._read_status()
        self._read_flag()
        self._read_kind()
        self._read_place()
        return reading

    def _fault(self, code: str, **params: str) -> None:
        if self.reading.fault is None:
            self.reading.fault = Fault(code, params)

    def _cell(self, name: str) -> Any:
        return self.row.cells.get(self.profile.columns.get(name, ""))

    def _text(self, name: str, longest: int = LONGEST_NAME) -> str:
        value = self._cell(name)
        if value is None or (isinstance(value, float) and isnan(value)):
            return ""
        # A spreadsheet keeps an id as a number; the database takes no NUL.
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        return " ".join(text.replace("\0", " ").split())[:longest]

    def _read_id(self) -> None:
        self.reading.id = self._text("id", LONGEST_ID + 1)
        if not self.reading.id:
            self._fault("id_missing", column=self.profile.columns["id"])
        elif len(self.reading.id) > LONGEST_ID:
            self._fault("id_unreadable")

    def _time(self, name: str, *, is_needed: bool = False) -> datetime | None:
        column = self.profile.columns.get(name, "")
        text = self._text(name)
        if not text:
            if is_needed:
                self._fault(f"{name}_missing", column=column)
            return None
        try:
            return read_time(self._cell(name), self.profile.zone, self.profile.time_formats)
        except (ValueError, OverflowError):
            self._fault(f"{name}_unreadable", column=column, value=text[:MOST_SHOWN])
            return None

    def _read_status(self) -> None:
        reading, columns = self.reading, self.profile.columns
        if "status" in columns:
            text = self._text("status")
            reading.status = self.profile.statuses.get(text.casefold(), "")
            if not reading.status:
                code = "status_unknown" if text else "status_missing"
                self._fault(code, column=columns["status"], **({"value": text[:MOST_SHOWN]} if text else {}))
        else:
            reading.status = CLOSED if reading.closed_at else OPEN
        if reading.status in (CLOSED, VOIDED):
            self._check_closing()

    def _check_closing(self) -> None:
        opened_at, closed_at = self.reading.opened_at, self.reading.closed_at
        if closed_at is None:
            self._fault("closed_at_missing", column=self.profile.columns.get("closed_at", "-"))
        elif opened_at is not None and closed_at < opened_at:
            zone = self.profile.zone
            opened, closed = (f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}" for at in (opened_at, closed_at))
            self._fault("closed_before_opened", opened=opened, closed=closed)

    def _read_flag(self) -> None:
        self.reading.flag_text = self._text("on_time")
        self.reading.flag = self.profile.flags.get(self.reading.flag_text.casefold())

    def _read_kind(self) -> None:
        reading, profile = self.reading, self.profile
        for name in ("major", "category", "title", "unit"):
            setattr(reading, name, self._text(name))
        if not reading.category:
            self._fault("category_missing", column=profile.columns["category"])
        reading.channel = profile.channels.get(self._text("channel").casefold(), profile.default_channel)
        reading.limit = profile.limits.get(reading.category.casefold(), profile.default_limit)

    def _read_place(self) -> None:
        reading = self.reading
        reading.address = self._text("address", LONGEST_ADDRESS)
        lon, lat = self._coordinate("longitude", 180), self._coordinate("latitude", 90)
        if lon is None or lat is None:
            if lon is not lat:
                self._fault(
                    "location_incomplete", column=self.profile.columns["longitude" if lon is None else "latitude"]
                )
            return
        west, south, east, north = self.profile.bounds
        if not (west <= lon <= east and south <= lat <= north):
            reading.marks["point_outside"] = [lon, lat]
            return
        reading.lon, reading.lat = lon, lat
        if point_key(lon, lat) in self.profile.default_points:
            reading.marks["default_point"] = True

    def _coordinate(self, name: str, most: int) -> float | None:
        value = self._cell(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        shown = {"column": self.profile.columns[name], "value": str(value)[:MOST_SHOWN]}
        try:
            number = float(value)
        except (TypeError, ValueError):
            self._fault("location_unreadable", **shown)
            return None
        if not isfinite(number) or abs(number) > most:
            self._fault("location_impossible", **shown)
            return None
        return number
