"""Writes of the catalogue: schemes, categories and the versions of filing standards."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from citygrid.catalogue.choices import USUAL_PROCEDURE
from citygrid.catalogue.errors import LaterVersionThere, UnusableCatalogue
from citygrid.catalogue.models import Category, FilingStandard, ProblemType, Scheme, UnitKind
from citygrid.catalogue.permissions import MANAGE_STANDARDS
from citygrid.catalogue.rules import (
    COLUMNS,
    OPTIONAL,
    CategoryIn,
    CodeIn,
    Row,
    SchemeIn,
    StandardIn,
    category_faults,
    category_key,
    read_catalogue,
    standard_faults,
)
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound
from citygrid.kernel.worktime import Limit, Unit

Code = TypeVar("Code", ProblemType, UnitKind)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading a folder changed: rows written; all zero when it says nothing new."""

    categories: int
    codes: int
    standards: int


@transaction.atomic
def load_catalogue(*, folder: Path, actor: Actor, now: datetime, valid_from_date: date | None = None) -> Loaded:
    """Load a folder of tables (see data/catalogue/README.md); new standards hold from `valid_from_date` (today).

    A standard is published only when its code never said the same before: loading the shipped folder again neither
    revives what a city withdrew nor takes back what it changed. Raises UnusableCatalogue; then nothing is loaded.
    """
    actor.require(MANAGE_STANDARDS)
    read = read_catalogue(_tables(folder))
    if read.faults:
        raise UnusableCatalogue(read.faults)
    scheme = define_scheme(scheme=read.scheme, actor=actor, now=now)
    changed = define_categories(scheme_code=scheme.code, categories=read.categories, actor=actor, now=now)
    codes = _put_codes(ProblemType, read.problem_types) + _put_codes(UnitKind, read.unit_kinds)
    # Compared with every version, not the latest: what a city changed since must not look like news from the file.
    said = {_content(version) for version in FilingStandard.objects.filter(category__scheme=scheme)}
    published = _publish([s for s in read.standards if s not in said], valid_from_date or localdate(now), now)
    loaded = Loaded(changed, codes, len(published))
    if loaded != Loaded(0, 0, 0):
        data = {"categories": changed, "codes": codes, "standards": len(published)}
        audit.record(subject=f"catalogue.scheme/{scheme.code}", action="load", actor=actor, now=now, data=data)
    return loaded


@transaction.atomic
def define_scheme(*, scheme: SchemeIn, actor: Actor, now: datetime) -> Scheme:
    """Create a coding scheme or change its words; nothing happens when it says the same already."""
    actor.require(MANAGE_STANDARDS)
    if not scheme.code or "/" in scheme.code or not (scheme.name_zh or scheme.name_en):
        raise UnusableCatalogue([f"scheme {scheme.code!r}: a code without slashes and a name are needed"])
    words = {
        "name_zh": scheme.name_zh,
        "name_en": scheme.name_en,
        "attribution_zh": scheme.attribution_zh,
        "attribution_en": scheme.attribution_en,
        "procedure": scheme.procedure,
        "is_public": scheme.is_public,
    }
    found = Scheme.objects.filter(pk=scheme.code).first()
    if found is not None and all(getattr(found, name) == value for name, value in words.items()):
        return found
    found, _ = Scheme.objects.update_or_create(code=scheme.code, defaults=words)
    audit.record(subject=f"catalogue.scheme/{scheme.code}", action="define", actor=actor, now=now)
    return found


@transaction.atomic
def define_categories(*, scheme_code: str, categories: Sequence[CategoryIn], actor: Actor, now: datetime) -> int:
    """Create or change categories of a scheme in bulk; return how many were written (0 when all said the same).

    Raises UnusableCatalogue naming every fault, NotFound for an unknown scheme.
    """
    actor.require(MANAGE_STANDARDS)
    if not Scheme.objects.select_for_update(no_key=True).filter(pk=scheme_code).exists():
        raise NotFound(what=_("scheme"), name=scheme_code)
    there = {category.key: category for category in Category.objects.filter(scheme=scheme_code)}
    rows = [_category(scheme_code, category) for category in categories]
    faults = category_faults(scheme_code, categories) + _family_faults(rows, there)
    if faults:
        raise UnusableCatalogue(faults)
    changed = [row for row in rows if row.key not in there or _words(row) != _words(there[row.key])]
    # Majors first: their categories refer to them.
    Category.objects.bulk_create(
        sorted(changed, key=lambda row: not row.is_major),
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["name_zh", "name_en", "parent", "is_active"],
    )
    if changed:
        data = {"keys": [row.key for row in changed]}
        audit.record(subject=f"catalogue.scheme/{scheme_code}", action="categories", actor=actor, now=now, data=data)
    return len(changed)


@transaction.atomic
def publish_standard(
    *, standard: StandardIn, actor: Actor, now: datetime, valid_from_date: date | None = None
) -> FilingStandard:
    """Publish a filing standard from a day on (today); an earlier version of its code ends on that day.

    The latest version is returned unchanged when it is open and says the same. Raises LaterVersionThere, NotFound for
    an unknown category, UnusableCatalogue.
    """
    publish_standards(standards=[standard], actor=actor, now=now, valid_from_date=valid_from_date)
    return _latest([standard.code])[standard.code]


@transaction.atomic
def publish_standards(
    *, standards: Sequence[StandardIn], actor: Actor, now: datetime, valid_from_date: date | None = None
) -> list[FilingStandard]:
    """Publish those of the standards that say something new, in bulk, as `publish_standard` does one; return these."""
    actor.require(MANAGE_STANDARDS)
    latest = _latest(standard.code for standard in standards)
    said = {_content(version) for version in latest.values() if version.valid_to_date is None}
    published = _publish([each for each in standards if each not in said], valid_from_date or localdate(now), now)
    audit.record_all(
        audit.entry(
            subject=f"catalogue.standard/{version.code}",
            action="publish",
            actor=actor,
            now=now,
            data={"version": version.version, "valid_from_date": version.valid_from_date.isoformat()},
        )
        for version in published
    )
    return published


def withdraw_standard(*, code: str, on: date, actor: Actor, now: datetime) -> None:
    """End the open version of a standard: from the day `on` no case is filed under it. Raises NotFound, Conflict."""
    withdraw_standards(codes=[code], on=on, actor=actor, now=now)


@transaction.atomic
def withdraw_standards(*, codes: Sequence[str], on: date, actor: Actor, now: datetime) -> None:
    """End the open versions of standards on a day, all of them or none. Raises NotFound, LaterVersionThere."""
    actor.require(MANAGE_STANDARDS)
    latest = _latest(codes)
    for code in codes:
        if code not in latest or latest[code].valid_to_date is not None:
            raise NotFound(what=_("standard"), name=code)
        if on < latest[code].valid_from_date:
            raise LaterVersionThere(code=code, date=latest[code].valid_from_date)
    FilingStandard.objects.filter(pk__in=[version.pk for version in latest.values()]).update(valid_to_date=on)
    audit.record_all(
        audit.entry(
            subject=f"catalogue.standard/{version.code}",
            action="withdraw",
            actor=actor,
            now=now,
            data={"version": version.version, "valid_to_date": on.isoformat()},
        )
        for version in latest.values()
    )


def _publish(standards: Sequence[StandardIn], on: date, now: datetime) -> list[FilingStandard]:
    faults = standard_faults(standards) + _reference_faults(standards)
    if faults:
        raise UnusableCatalogue(faults)
    latest = _latest([standard.code for standard in standards])
    for version in latest.values():
        if on < (version.valid_to_date or version.valid_from_date):
            raise LaterVersionThere(code=version.code, date=version.valid_to_date or version.valid_from_date)
    # Ended before the new rows come, or the exclusion constraint would see both on one day.
    ending = [version.pk for version in latest.values() if version.valid_to_date is None]
    FilingStandard.objects.filter(pk__in=ending).update(valid_to_date=on)
    numbers = {code: version.version for code, version in latest.items()}
    rows = [_standard(standard, numbers.get(standard.code, 0) + 1, on, now) for standard in standards]
    return FilingStandard.objects.bulk_create(rows, batch_size=1000)


def _reference_faults(standards: Sequence[StandardIn]) -> list[str]:
    """Check the categories and problem types named. Locking the categories makes publishers of one code wait."""
    keys = {standard.category_key for standard in standards}
    locked = Category.objects.select_for_update(no_key=True).filter(pk__in=keys, is_major=False).order_by("pk")
    known = set(locked.values_list("pk", flat=True))
    problems = set(ProblemType.objects.values_list("pk", flat=True)) | {""}
    faults = [
        f"{s.code}: no category {s.category_key!r} that takes cases" for s in standards if s.category_key not in known
    ]
    return faults + [
        f"{s.code}: no problem type {s.problem_type!r}" for s in standards if s.problem_type not in problems
    ]


def _latest(codes: Iterable[str]) -> dict[str, FilingStandard]:
    found = FilingStandard.objects.filter(code__in=set(codes)).order_by("code", "-version").distinct("code")
    return {version.code: version for version in found}


def _standard(standard: StandardIn, version: int, on: date, now: datetime) -> FilingStandard:
    return FilingStandard(
        code=standard.code,
        version=version,
        category_id=standard.category_key,
        problem_type_id=standard.problem_type or None,
        condition_zh=standard.condition_zh,
        condition_en=standard.condition_en,
        closing_zh=standard.closing_zh,
        closing_en=standard.closing_en,
        area_class=standard.area_class,
        level=standard.level,
        limit_value=standard.limit.value,
        limit_unit=standard.limit.unit.value,
        evidence=list(standard.evidence),
        unit_kind=standard.unit_kind,
        source=standard.source,
        valid_from_date=on,
        published_at=now,
    )


def _content(version: FilingStandard) -> StandardIn:
    return StandardIn(
        code=version.code,
        category_key=version.category_id,
        problem_type=version.problem_type_id or "",
        condition_zh=version.condition_zh,
        condition_en=version.condition_en,
        closing_zh=version.closing_zh,
        closing_en=version.closing_en,
        limit=Limit(version.limit_value, Unit(version.limit_unit)),
        area_class=version.area_class,
        level=version.level,
        evidence=tuple(version.evidence),
        unit_kind=version.unit_kind,
        source=version.source,
    )


def _category(scheme: str, category: CategoryIn) -> Category:
    parent = category_key(scheme, category.kind, category.parent_code) if category.parent_code else None
    return Category(
        key=category_key(scheme, category.kind, category.code),
        scheme_id=scheme,
        kind=category.kind,
        code=category.code,
        parent_id=parent,
        name_zh=category.name_zh,
        name_en=category.name_en,
        is_major=category.is_major,
        is_active=category.is_active,
    )


def _words(row: Category) -> tuple[str, str, str | None, bool]:
    return row.name_zh, row.name_en, row.parent_id, row.is_active


def _family_faults(rows: Sequence[Category], there: Mapping[str, Category]) -> list[str]:
    majors = {row.key for row in [*there.values(), *rows] if row.is_major}
    faults = [f"{row.key}: no major {row.parent_id}" for row in rows if row.parent_id and row.parent_id not in majors]
    turned = [row.key for row in rows if row.key in there and there[row.key].is_major != row.is_major]
    return faults + [f"{key}: a major stays a major, and a category a category" for key in turned]


def _put_codes(model: type[Code], codes: Sequence[CodeIn]) -> int:
    there = {row.code: (row.name_zh, row.name_en) for row in model.objects.all()}
    rows = [model(code=c.code, name_zh=c.name_zh, name_en=c.name_en) for c in codes]
    changed = [row for row in rows if there.get(row.code) != (row.name_zh, row.name_en)]
    model.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["code"], update_fields=["name_zh", "name_en"]
    )
    return len(changed)


def _tables(folder: Path) -> dict[str, list[Row]]:
    """The tables of a folder; without those of standards when its scheme follows another procedure than the usual."""
    schemes = _table(folder, "schemes")
    has_standards = all(row["procedure"] in ("", USUAL_PROCEDURE) for row in schemes)
    names = list(COLUMNS)[1:] if has_standards or (folder / "category_problems.csv").exists() else ["categories"]
    return {"schemes": schemes, **{name: _table(folder, name) for name in names}}


def _table(folder: Path, name: str) -> list[Row]:
    path, columns, optional = folder / f"{name}.csv", COLUMNS[name], OPTIONAL.get(name, ())
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = set(columns) - set(reader.fieldnames or ())
            if missing:
                raise UnusableCatalogue([f"{path.name}: no column {', '.join(sorted(missing))}"])
            return [{name: (row.get(name) or "").strip() for name in (*columns, *optional)} for row in reader]
    except (OSError, UnicodeDecodeError) as fault:
        raise UnusableCatalogue([f"{path.name}: {fault}"]) from fault
