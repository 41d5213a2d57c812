"""Whole files of areas, unit grids, features or lanes: checked first, then written entirely or not at all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import Polygon
from django.db import transaction
from django.db.models import Q, QuerySet
from shapely.geometry.base import BaseGeometry

from citygrid.geography import permissions
from citygrid.geography.choices import ADVICE, ALWAYS, CODE_LENGTH, Fault, GridKind, Level
from citygrid.geography.errors import UnknownPlace
from citygrid.geography.models import Area, Feature, Grid, Lane, Layer
from citygrid.geography.rules.coordinates import CHINA
from citygrid.geography.rules.validation import (
    AREA_TYPES,
    LINE_TYPES,
    Finding,
    Shape,
    check_tiling,
)
from citygrid.geography.services.areas import check_district
from citygrid.geography.services.layers import held_to, touch
from citygrid.geography.services.shapes import lock_geography, require, to_geos, to_shapely
from citygrid.geography.services.sources import Source
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.bulk import analyze
from citygrid.kernel.scope import prefix_range

LEVELS = list(CODE_LENGTH)
BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaTarget:
    """What a file of areas becomes: their level, the area they lie in, and how strictly they are checked.

    Districts need `time_zone` and `calendar_key`. Overlaps and overhangs narrower than `tolerance_m` metres pass.
    """

    level: Level | GridKind
    parent: str = ""
    time_zone: str = ""
    calendar_key: str = ""
    valid_from_date: date = ALWAYS
    tolerance_m: float = 1.0
    replace: bool = False


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or why it did nothing: with one finding or more, nothing was written."""

    features: int
    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    findings: Sequence[Finding] = field(default_factory=tuple)
    is_dry_run: bool = False

    @property
    def is_written(self) -> bool:
        return not self.findings and not self.is_dry_run

    def as_json(self) -> dict[str, Any]:
        """The report in the active language: counts, and for each finding what is wrong and what to do."""
        return {
            "is_written": self.is_written,
            "is_dry_run": self.is_dry_run,
            "features": self.features,
            "added": self.added,
            "replaced": self.replaced,
            "unchanged": self.unchanged,
            "findings": [
                {
                    "feature": finding.feature,
                    "code": finding.code,
                    "fault": finding.fault.value,
                    "what": str(finding.fault.label),
                    "detail": finding.detail,
                    "do": str(ADVICE[finding.fault]),
                }
                for finding in self.findings
            ],
        }


def import_areas(
    *, source: Source, target: AreaTarget, actor: Actor, now: datetime, dry_run: bool = False
) -> ImportReport:
    """Import areas of one level, or unit grids, below a parent; the same file again changes nothing.

    Raises UnknownPlace (parent), NotPermitted, Invalid or NotFound (a district's time zone, code or calendar).
    """
    require(actor, permissions.DEFINE_AREAS, target.parent)
    with transaction.atomic():
        lock_geography()
        shapes, findings = source.read(**_expected(target))
        known = _stored(target.level, Q(code__in=[one.code for one in shapes]))
        changed = [one for one in shapes if not _is_same(one, known.get(one.code))]
        findings += _area_findings(changed, target, known)
        if not findings and not dry_run:
            _write_areas(changed, target)
            data = {"level": str(target.level), "codes": [one.code for one in changed]}
            subject = f"geography.area/{target.parent or 'all'}"
            audit.record(subject=subject, action="import", actor=actor, now=now, data=data)
    replaced = sum(one.code in known for one in changed)
    return ImportReport(
        features=_feature_count(source.document),
        added=len(changed) - replaced,
        replaced=replaced,
        unchanged=len(shapes) - len(changed),
        findings=sorted(findings, key=lambda finding: finding.feature),
        is_dry_run=dry_run,
    )


@dataclass(frozen=True, slots=True)
class _Stored:
    name_zh: str
    name_en: str
    geometry: BaseGeometry


def _records(level: Level | GridKind) -> QuerySet[Any]:
    return Grid.objects.filter(kind=level) if level in GridKind.values else Area.objects.filter(level=level)


def _stored(level: Level | GridKind, condition: Q) -> dict[str, _Stored]:
    """What is in the database at a level, by code."""
    return {
        record.code: _Stored(getattr(record, "name_zh", ""), getattr(record, "name_en", ""), to_shapely(record.geom))
        for record in _records(level).filter(condition)
    }


def _expected(target: AreaTarget) -> dict[str, Any]:
    """What a file of these areas is held to."""
    region = CHINA
    if target.parent:
        parent = Area.objects.filter(pk=target.parent).first()
        if parent is None:
            raise UnknownPlace(place=target.parent)
        region = parent.geom.extent
    return {
        "geometry_types": AREA_TYPES,
        "code_length": CODE_LENGTH[target.level],
        "code_prefix": target.parent,
        "needs_name": target.level in Level.values,
        "region": region,
    }


def _is_same(one: Shape, stored: _Stored | None) -> bool:
    if stored is None:
        return False
    has_names = (one.name_zh, one.name_en) == (stored.name_zh, stored.name_en) or not stored.name_zh
    return has_names and to_shapely(to_geos(one.geometry)).equals_exact(stored.geometry)


def _area_findings(changed: list[Shape], target: AreaTarget, known: Mapping[str, _Stored]) -> list[Finding]:
    """Faults that only show beside what is there: siblings, parents, children, and codes taken."""
    findings = []
    if not target.replace:
        findings += [Finding(one.feature, one.code, Fault.ALREADY_THERE) for one in changed if one.code in known]
    depth = LEVELS.index(target.level)
    parents = _parents(changed, LEVELS[depth - 1]) if depth else {}
    if depth:
        orphans = [one for one in changed if one.code not in parents]
        findings += [Finding(one.feature, one.code, Fault.UNKNOWN_PARENT) for one in orphans]
    siblings = {code: stored.geometry for code, stored in _near(changed, target.level).items()}
    findings += check_tiling(changed, siblings, parents, tolerance_m=target.tolerance_m)
    replaced = [one for one in changed if one.code in known]
    return findings + (_child_findings(replaced, LEVELS[depth + 1], target) if depth + 1 < len(LEVELS) else [])


def _parents(shapes: Iterable[Shape], above: Level | GridKind) -> dict[str, BaseGeometry]:
    """The outline of the area above, by the code of the shape below it."""
    own_parent = {one.code: one.code[: CODE_LENGTH[above]] for one in shapes}
    outlines = _stored(above, Q(code__in=set(own_parent.values())))
    return {code: outlines[parent].geometry for code, parent in own_parent.items() if parent in outlines}


def _near(shapes: Sequence[Shape], level: Level | GridKind) -> dict[str, _Stored]:
    """What is there at this level within the bounds of the shapes."""
    if not shapes:
        return {}
    west, south, east, north = zip(*(one.geometry.bounds for one in shapes), strict=True)
    box = Polygon.from_bbox((min(west), min(south), max(east), max(north)))
    box.srid = 4326
    return _stored(level, Q(geom__bboverlaps=box))


def _child_findings(replaced: Sequence[Shape], below: Level | GridKind, target: AreaTarget) -> list[Finding]:
    """A new outline must still hold what lies in it; the finding names the feature of the outline."""
    findings = []
    for one in replaced:
        children = [
            Shape(one.feature, code, stored.name_zh, stored.name_en, stored.geometry)
            for code, stored in _stored(below, prefix_range("code", one.code)).items()
        ]
        outline = {child.code: one.geometry for child in children}
        faults = check_tiling(children, {}, outline, tolerance_m=target.tolerance_m)
        findings += [fault for fault in faults if fault.fault == Fault.OUTSIDE_PARENT]
    return findings


def _write_areas(shapes: Sequence[Shape], target: AreaTarget) -> None:
    if target.level == GridKind.UNIT:
        length = CODE_LENGTH[Level.COMMUNITY]
        grids = [
            Grid(code=one.code, kind=target.level, community_id=one.code[:length], geom=to_geos(one.geometry))
            for one in shapes
        ]
        Grid.objects.bulk_create(grids, BATCH, update_conflicts=True, unique_fields=["code"], update_fields=["geom"])
        analyze(Grid)
        return
    depth = LEVELS.index(target.level)
    if not depth:
        for one in shapes:
            check_district(one.code, target.time_zone, target.calendar_key)
    areas = [
        Area(
            code=one.code,
            level=target.level,
            parent_id=one.code[: CODE_LENGTH[LEVELS[depth - 1]]] if depth else None,
            name_zh=one.name_zh,
            name_en=one.name_en,
            geom=to_geos(one.geometry),
            time_zone="" if depth else target.time_zone,
            calendar_key="" if depth else target.calendar_key,
            valid_from_date=target.valid_from_date,
        )
        for one in shapes
    ]
    names = ["name_zh", "name_en", "geom"]
    Area.objects.bulk_create(areas, BATCH, update_conflicts=True, unique_fields=["code"], update_fields=names)
    analyze(Area)


def import_features(
    *,
    source: Source,
    layer_code: str,
    valid_from_date: date,
    actor: Actor,
    now: datetime,
    responsible_unit_id: UUID | None = None,
    dry_run: bool = False,
) -> ImportReport:
    """Import features of a layer as `held_to` says of it, properties as attributes. Raises UnknownPlace."""
    actor.require(permissions.DEFINE_LAYERS)
    with transaction.atomic():
        layer = Layer.objects.select_for_update().filter(pk=layer_code).first()
        if layer is None:
            raise UnknownPlace(place=layer_code)
        shapes, findings = source.read(**held_to(layer))
        is_open = Q(valid_to_date=None) | Q(valid_to_date__gt=valid_from_date)
        findings += _taken(shapes, Feature.objects.filter(is_open, layer=layer))
        if not findings and not dry_run:
            features = [
                Feature(
                    layer=layer,
                    code=one.code,
                    name_zh=one.name_zh,
                    name_en=one.name_en,
                    geom=to_geos(one.geometry),
                    responsible_unit_id=responsible_unit_id,
                    attributes=dict(one.properties),
                    valid_from_date=valid_from_date,
                )
                for one in shapes
            ]
            Feature.objects.bulk_create(features, BATCH)
            analyze(Feature)
            touch([layer_code], actor, now)
            data = {"features": len(features)}
            audit.record(subject=f"geography.layer/{layer_code}", action="import", actor=actor, now=now, data=data)
    return _report(source, shapes, findings, dry_run)


def import_lanes(
    *, source: Source, area_code: str, actor: Actor, now: datetime, dry_run: bool = False
) -> ImportReport:
    """Import streets and lanes by their centre lines, kept under one area. Raises UnknownPlace."""
    require(actor, permissions.DEFINE_AREAS, area_code)
    with transaction.atomic():
        area = Area.objects.select_for_update().filter(pk=area_code).first()
        if area is None:
            raise UnknownPlace(place=area_code)
        shapes, findings = source.read(geometry_types=LINE_TYPES, region=area.geom.extent)
        findings += _taken(shapes, Lane.objects.filter(area=area))
        if not findings and not dry_run:
            lanes = [
                Lane(code=one.code, name_zh=one.name_zh, name_en=one.name_en, area=area, geom=to_geos(one.geometry))
                for one in shapes
            ]
            Lane.objects.bulk_create(lanes, BATCH)
            data = {"lanes": len(lanes)}
            audit.record(subject=f"geography.area/{area_code}", action="import_lanes", actor=actor, now=now, data=data)
    return _report(source, shapes, findings, dry_run)


def _taken(shapes: Sequence[Shape], records: QuerySet[Any]) -> list[Finding]:
    codes = set(records.filter(code__in=[one.code for one in shapes]).values_list("code", flat=True))
    return [Finding(one.feature, one.code, Fault.ALREADY_THERE) for one in shapes if one.code in codes]


def _report(source: Source, shapes: Sequence[Shape], findings: Sequence[Finding], dry_run: bool) -> ImportReport:
    ordered = sorted(findings, key=lambda finding: finding.feature)
    return ImportReport(_feature_count(source.document), len(shapes), findings=ordered, is_dry_run=dry_run)


def _feature_count(document: Any) -> int:
    features = document.get("features", [document]) if isinstance(document, Mapping) else []
    return len(features) if isinstance(features, list) else 0
