"""The mapping profile: how the rows of a file are to be read, as data. docs/administer/profiles.md explains it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from citygrid.cases.choices import Source
from citygrid.exchange.errors import ProfileUnusable
from citygrid.exchange.rules.times import read_time
from citygrid.kernel.worktime import Limit

OPEN, CLOSED, VOIDED = STATUSES = ("open", "closed", "voided")
NEEDED_COLUMNS = ("id", "opened_at", "category")
COLUMNS = (
    *NEEDED_COLUMNS,
    *(
        "major",
        "title",
        "status",
        "closed_at",
        "due_at",
        "on_time",
        "unit",
        "channel",
        "longitude",
        "latitude",
        "address",
    ),
)
KEYS = (
    *("code", "zh", "en", "attribution", "time_zone", "district", "columns"),
    *("statuses", "on_time", "channels", "units", "limits", "default_points"),
    *("as_of", "time_formats", "encoding", "delimiter"),
)
CODE = re.compile(r"^[a-z][a-z0-9_]{1,19}$")
DISTRICT = re.compile(r"^9[0-9]{5}$")
POINT_DIGITS = 4
SLUG_LENGTH = 30

Bounds = tuple[float, float, float, float]
Names = tuple[str, str]


@dataclass(frozen=True)
class Profile:
    """A checked profile. Keys of `statuses`, `flags`, `channels` and `limits` are in lower case.

    `bounds` are west, south, east, north in WGS-84 degrees; `columns` maps our words to the file's columns.
    """

    code: str
    names: Names
    attribution: str
    zone: ZoneInfo
    district_code: str
    district_names: Names
    bounds: Bounds
    columns: Mapping[str, str]
    statuses: Mapping[str, str]
    flags: Mapping[str, bool]
    channels: Mapping[str, str]
    default_channel: str
    city_names: Names
    unit_names: Mapping[str, Names]
    limits: Mapping[str, Limit]
    default_limit: Limit | None
    default_points: frozenset[tuple[float, float]]
    as_of: datetime | None
    time_formats: tuple[str, ...]
    encoding: str
    delimiter: str

    @property
    def calendar_key(self) -> str:
        """Another city's holidays are not known here: its clocks run day and night."""
        return f"natural:{self.zone.key}"


def parse(text: str) -> Profile:
    """The profile of a YAML text. ProfileUnusable lists everything that is wrong with it."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ProfileUnusable([f"not YAML: {' '.join(str(error).split())}"]) from error
    if not isinstance(document, dict):
        raise ProfileUnusable(["not a mapping of words to values"])
    reader = _Reader(document)
    profile = reader.read()
    if reader.problems:
        raise ProfileUnusable(reader.problems)
    return profile


def stable_code(*words: str) -> str:
    """A short code for a name, the same in every run and file: a readable part and 8 digits of the words' hash."""
    slug = re.sub(r"[^a-z0-9]+", "-", words[-1].lower()).strip("-")[:SLUG_LENGTH].strip("-")
    digest = sha256("\n".join(words).encode()).hexdigest()[:8]
    return f"{slug}-{digest}" if slug else digest


def point_key(lon: float, lat: float) -> tuple[float, float]:
    """A point as default points are compared: to 4 decimals, about 10 m."""
    return round(lon, POINT_DIGITS), round(lat, POINT_DIGITS)


class _Reader:
    """Reads a document into a profile and collects what is wrong; broken parts become empty ones."""

    def __init__(self, document: dict[Any, Any]) -> None:
        self.document = document
        self.problems: list[str] = []

    def read(self) -> Profile:
        self._known(self.document, KEYS, "")
        zone = self._zone()
        district, units, channels = self._part("district"), self._part("units"), self._part("channels")
        limits = self._part("limits")
        self._known(district, ("code", "zh", "en", "bounds"), "district.")
        self._known(units, ("zh", "en", "names"), "units.")
        self._known(channels, ("default", "names"), "channels.")
        self._known(limits, ("default", "by_category"), "limits.")
        return Profile(
            code=self._matching(self.document, "code", CODE, "2-20 small letters, digits and _"),
            names=self._names(self.document, ""),
            attribution=self._text(self.document, "attribution", ""),
            zone=zone,
            district_code=self._matching(district, "code", DISTRICT, "6 digits, the first a 9", "district."),
            district_names=self._names(district, "district."),
            bounds=self._bounds(district.get("bounds")),
            columns=self._columns(),
            statuses=self._values("statuses", STATUSES, {word: word for word in STATUSES}),
            flags=self._values("on_time", ("met", "missed"), {"met": True, "missed": False}),
            channels={
                str(name).casefold(): self._channel(value, f"channels.names.{name}")
                for name, value in self._part("names", channels, "channels.").items()
            },
            default_channel=self._channel(channels.get("default", Source.EXCHANGE.value), "channels.default"),
            city_names=self._names(units, "units."),
            unit_names={
                str(name): self._names(value if isinstance(value, dict) else {}, f"units.names.{name}.")
                for name, value in self._part("names", units, "units.").items()
            },
            limits={
                str(name).casefold(): limit
                for name, value in self._part("by_category", limits, "limits.").items()
                if (limit := self._limit(value, f"limits.by_category.{name}"))
            },
            default_limit=self._limit(limits["default"], "limits.default") if "default" in limits else None,
            default_points=self._points(),
            as_of=self._as_of(zone),
            time_formats=tuple(map(str, self._list(self.document, "time_formats", ""))),
            encoding=self._encoding(),
            delimiter=self._text(self.document, "delimiter", "") or ",",
        )

    def _problem(self, where: str, what: str) -> None:
        self.problems.append(f"{where}: {what}")

    def _known(self, part: Mapping[Any, Any], words: tuple[str, ...], path: str) -> None:
        for key in part:
            if key not in words:
                self._problem(f"{path}{key}", f"unknown word; known are {', '.join(words)}")

    def _part(self, name: str, within: Mapping[Any, Any] | None = None, path: str = "") -> dict[Any, Any]:
        value = (self.document if within is None else within).get(name) or {}
        if not isinstance(value, dict):
            self._problem(f"{path}{name}", "must be a mapping")
            return {}
        return value

    def _list(self, part: Mapping[Any, Any], name: str, path: str) -> list[Any]:
        value = part.get(name) or []
        if not isinstance(value, list):
            self._problem(f"{path}{name}", "must be a list")
            return []
        return value

    def _text(self, part: Mapping[Any, Any], name: str, path: str, *, is_needed: bool = False) -> str:
        value = part.get(name)
        if value is None and not is_needed:
            return ""
        if not isinstance(value, str) or not value.strip():
            self._problem(f"{path}{name}", "a text is needed")
            return ""
        return value

    def _matching(self, part: Mapping[Any, Any], name: str, form: re.Pattern[str], words: str, path: str = "") -> str:
        value = self._text(part, name, path, is_needed=True)
        if value and not form.match(value):
            self._problem(f"{path}{name}", f"must be {words}, in quotes")
        return value

    def _names(self, part: Mapping[Any, Any], path: str) -> Names:
        names = self._text(part, "zh", path), self._text(part, "en", path)
        if not any(names):
            self._problem(f"{path}zh", "a name is needed, zh or en or both")
        return names

    def _zone(self) -> ZoneInfo:
        name = self._text(self.document, "time_zone", "", is_needed=True)
        try:
            return ZoneInfo(name or "UTC")
        except (KeyError, ValueError, OSError):
            self._problem("time_zone", f"unknown time zone {name!r}")
            return ZoneInfo("UTC")

    def _bounds(self, value: Any) -> Bounds:
        numbers = value if isinstance(value, list) and all(isinstance(one, int | float) for one in value) else []
        if len(numbers) != 4 or not (-180 <= numbers[0] < numbers[2] <= 180 and -90 <= numbers[1] < numbers[3] <= 90):
            self._problem("district.bounds", "must be [west, south, east, north] in degrees")
            return (-180.0, -90.0, 180.0, 90.0)
        west, south, east, north = map(float, numbers)
        return west, south, east, north

    def _columns(self) -> dict[str, str]:
        columns = self._part("columns")
        self._known(columns, COLUMNS, "columns.")
        found = {name: self._text(columns, name, "columns.", is_needed=name in NEEDED_COLUMNS) for name in COLUMNS}
        for name, partner in (("longitude", "latitude"), ("latitude", "longitude")):
            if found[name] and not found[partner]:
                self._problem(f"columns.{partner}", f"is needed with {name}")
        if found["status"] and not self.document.get("statuses"):
            self._problem("statuses", "are needed with columns.status")
        if found["on_time"] and not self.document.get("on_time"):
            self._problem("on_time", "is needed with columns.on_time")
        return {name: column for name, column in found.items() if column}

    def _values(self, name: str, words: tuple[str, ...], meanings: Mapping[str, Any]) -> dict[str, Any]:
        """A list of the file's words for each of ours, turned round."""
        part = self._part(name)
        self._known(part, words, f"{name}.")
        found: dict[str, Any] = {}
        for word in words:
            for value in self._list(part, word, f"{name}."):
                key = str(value).strip().casefold()
                if key in found:
                    self._problem(f"{name}.{word}", f"{value!r} is there twice")
                found[key] = meanings[word]
        return found

    def _channel(self, value: Any, where: str) -> str:
        if value not in Source.values:
            self._problem(where, f"unknown channel {value!r}; known are {', '.join(Source.values)}")
        return str(value)

    def _limit(self, value: Any, where: str) -> Limit | None:
        try:
            amount, unit = value
            return Limit(amount, unit)
        except (TypeError, ValueError, ArithmeticError):
            self._problem(
                where, f"{value!r} is not [number, unit]; units: urgent_hour, work_hour, work_day, natural_day"
            )
            return None

    def _points(self) -> frozenset[tuple[float, float]]:
        points = self._list(self.document, "default_points", "")
        try:
            return frozenset(point_key(float(lon), float(lat)) for lon, lat in points)
        except (TypeError, ValueError):
            self._problem("default_points", "must be a list of [longitude, latitude]")
            return frozenset()

    def _as_of(self, zone: ZoneInfo) -> datetime | None:
        if (value := self.document.get("as_of")) is None:
            return None
        try:
            return read_time(value, zone)
        except ValueError:
            self._problem("as_of", f"{value!r} is no time")
            return None

    def _encoding(self) -> str:
        name = self._text(self.document, "encoding", "") or "utf-8-sig"
        try:
            "".encode(name)
        except LookupError:
            self._problem("encoding", f"unknown encoding {name!r}")
        return name
