"""Zones with hours: which forbids something at a place and a time, and where they lie."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from django.contrib.gis.db.models.functions import AsGeoJSON
from django.contrib.gis.geos import Point, Polygon
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from citygrid.geography.choices import LayerKind, Level, ZoneRule
from citygrid.geography.models import Area, Feature
from citygrid.geography.queries.drafts import valid_on
from citygrid.geography.queries.places import EDGE_DEGREES, Box
from citygrid.geography.rules.zones import FIELDS, Hours, first_forbidden, hours_of
from citygrid.kernel.words import in_language

COLUMNS = ("id", "layer_id", "code", "name_zh", "name_en", "attributes", "valid_from_date", "valid_to_date")


@dataclass(frozen=True, slots=True)
class Zone:
    """One version of a zone: which feature it is, what it says, and at which hours."""

    feature_id: UUID
    layer_code: str
    code: str
    name_zh: str
    name_en: str
    rule: ZoneRule
    hours: Hours
    attributes: Mapping[str, str]
    valid_from_date: date
    valid_to_date: date | None = None

    @property
    def name(self) -> str:
        return in_language(self.name_zh, self.name_en)

    @property
    def words(self) -> str:
        """Its hours in the active language."""
        return words_of(self.attributes)

    def holds(self, at: datetime) -> bool:
        """Whether its hours hold at a time of its own clock, on a day on which this version is valid."""
        day = self.hours.day_at(at)
        return day is not None and self.valid_from_date <= day and (not self.valid_to_date or day < self.valid_to_date)

    def kept(self) -> dict[str, Any]:
        """What is kept on the row of a record that lay in it: `KeptZone` reads it."""
        names = {"zh": self.name_zh, "en": self.name_en}
        return {"feature": str(self.feature_id), "layer": self.layer_code, **names, **self.attributes}


@dataclass(frozen=True, slots=True)
class KeptZone:
    """The zone that a record lay in when it came, as it was then."""

    name_zh: str
    name_en: str
    hours: str

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> "KeptZone | None":
        """What `Zone.kept` made, in the active language; None for none."""
        return cls(kept["zh"], kept["en"], words_of(kept)) if kept else None

    @property
    def name(self) -> str:
        return in_language(self.name_zh, self.name_en)


def words_of(attributes: Mapping[str, Any]) -> str:
    """The hours that attributes of a zone say, in the active language."""
    begins, ends, first, last = (str(attributes.get(name) or "") for name in FIELDS[1:])
    hours = _("daily %(begins)s–%(ends)s") % {"begins": begins, "ends": ends} if begins else _("all day")
    days = {
        (True, True): _("%(hours)s, %(first)s to %(last)s"),
        (True, False): _("%(hours)s, from %(first)s on"),
        (False, True): _("%(hours)s, until %(last)s"),
        (False, False): "%(hours)s",
    }
    return days[bool(first), bool(last)] % {"hours": hours, "first": first, "last": last}


def zone_words(kept: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Name and hours of a zone that was kept, each in Chinese and English, as notices take them."""
    hours = {}
    for short, language in (("zh", "zh-hans"), ("en", "en")):
        with override(language):
            hours[short] = words_of(kept)
    return {"zone": {short: str(kept[short] or kept["zh"]) for short in hours}, "hours": hours}


def forbidden_at(where: Point, at: datetime) -> Zone | None:
    """The zone that forbids something at a WGS-84 point at a moment; None where none does, or one there allows it.

    The hours are those of the clock of the point's district. A point on the edge lies in the zone. One query where no
    zone lies, else two.
    """
    there = _versions(geom__dwithin=(where, EDGE_DEGREES))
    if not there:
        return None
    districts = Area.objects.filter(level=Level.DISTRICT, geom__dwithin=(where, EDGE_DEGREES)).order_by("code")
    time_zone = districts.values_list("time_zone", flat=True).first()
    if time_zone is None:
        return None
    local = at.astimezone(ZoneInfo(time_zone))
    return first_forbidden(zone for zone in there if zone.holds(local))


def zones(box: Box | None, at: datetime, *, count: int) -> dict[str, Any]:
    """A GeoJSON FeatureCollection of the zones that touch a box (degrees) and are valid on the day of `at`.

    Each with its layer, code, name, rule, hours in words, and whether its hours hold at `at`, a time of the clock
    there; of those that ended today only what still holds, over midnight. The first so many by layer and code.
    """
    today, yesterday = at.date(), at.date() - timedelta(days=1)
    rows = _features().filter(valid_on(today) | valid_on(yesterday))
    if box:
        rows = rows.filter(geom__bboverlaps=Polygon.from_bbox(box))
    features = []
    for row in rows.values(*COLUMNS, shape=AsGeoJSON("geom"))[:count]:
        shape, zone = orjson.loads(row.pop("shape")), _zone(row)
        is_on, has_ended = zone.holds(at), zone.valid_to_date is not None and zone.valid_to_date <= today
        if is_on or not has_ended:
            told = {"layer": zone.layer_code, "code": zone.code, "name": zone.name, "words": zone.words}
            properties = {**told, "rule": zone.rule, "is_on": is_on}
            features.append(
                {"type": "Feature", "id": str(zone.feature_id), "geometry": shape, "properties": properties}
            )
    return {"type": "FeatureCollection", "features": features}


def _features() -> QuerySet[Feature]:
    return Feature.objects.filter(layer__kind=LayerKind.ZONE).order_by("layer_id", "code", "valid_from_date")


def _versions(**where: Any) -> list[Zone]:
    return [_zone(row) for row in _features().filter(**where).values(*COLUMNS)]


def _zone(row: Mapping[str, Any]) -> Zone:
    told = {name: str(row["attributes"].get(name) or "").strip() for name in FIELDS}
    return Zone(
        feature_id=row["id"],
        layer_code=row["layer_id"],
        rule=ZoneRule(told["rule"]),
        hours=hours_of(told),
        attributes=told,
        **{name: row[name] for name in ("code", "name_zh", "name_en", "valid_from_date", "valid_to_date")},
    )
