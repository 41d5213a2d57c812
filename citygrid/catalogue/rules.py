"""How the tables of a catalogue folder become categories and filing standards. Pure: rows in, values out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from citygrid.catalogue.choices import ANY_AREA, GENERAL, USUAL_PROCEDURE, Evidence, Kind
from citygrid.kernel.worktime import Limit

KEY_LENGTH = 80  # a post's list of categories holds keys of this length
Row = Mapping[str, str]

# The tables of a folder and the columns that are read. A scheme may also name the `procedure` its cases follow; one
# whose procedure is not the usual one needs no standards, and then only the first two tables are read.
OPTIONAL = {"schemes": ("procedure", "public")}
YES = "yes"
COLUMNS = {
    "schemes": ("code", "name_zh", "name_en", "attribution_zh", "attribution_en"),
    "categories": (
        "scheme", "kind", "code", "major_code", "major_zh", "major_en", "minor_zh", "minor_en", "status"
    ),
    "problem_types": (
        "code", "zh", "en", "condition_zh", "condition_en", "closing_zh", "closing_en", "evidence",
        "limit_value", "limit_unit", "level", "area_class", "unit_kind", "limit_origin", "limit_source", "limit_rows"
    ),
    "category_problems": ("kind", "code", "subject_zh", "subject_en", "problem_types", "default_unit_kind"),
    "unit_kinds": ("code", "zh", "en"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SchemeIn:
    """A coding scheme, the source of its codes, the procedure its cases follow, and whether all may see them."""

    code: str
    name_zh: str
    name_en: str
    attribution_zh: str = ""
    attribution_en: str = ""
    procedure: str = USUAL_PROCEDURE
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class CategoryIn:
    """A category of a scheme. A major groups others and takes no cases; `parent_code` names the major."""

    kind: str
    code: str
    name_zh: str
    name_en: str = ""
    parent_code: str = ""
    is_major: bool = False
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class CodeIn:
    """A problem type or a kind of unit."""

    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class StandardIn:
    """What a filing standard says. Two versions of one code differ when these values differ."""

    code: str
    category_key: str
    condition_zh: str
    closing_zh: str
    limit: Limit
    condition_en: str = ""
    closing_en: str = ""
    problem_type: str = ""
    area_class: str = ANY_AREA
    level: str = GENERAL
    evidence: tuple[str, ...] = ()
    unit_kind: str = ""
    source: str = ""


@dataclass(slots=True)
class Catalogue:
    """A read folder: one scheme and all that belongs to it, and every fault found in it."""

    scheme: SchemeIn
    categories: list[CategoryIn] = field(default_factory=list)
    problem_types: list[CodeIn] = field(default_factory=list)
    unit_kinds: list[CodeIn] = field(default_factory=list)
    standards: list[StandardIn] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def category_key(scheme: str, kind: str, code: str) -> str:
    """The one key of a category: codes of two kinds or two schemes collide, so both belong to it."""
    return f"{scheme}/{kind}/{code}"


def category_faults(scheme: str, categories: Sequence[CategoryIn]) -> list[str]:
    """Why these categories cannot be defined; empty when they can. Parents may also be defined already."""
    faults, seen = [], set()
    for category in categories:
        key = category_key(scheme, category.kind, category.code)
        if category.kind not in Kind.values:
            faults.append(f"{key}: unknown kind")
        if not category.code or "/" in category.code or len(key) > KEY_LENGTH:
            faults.append(f"{key}: the code is empty, too long or holds a slash")
        if category.is_major and category.parent_code:
            faults.append(f"{key}: a major has no parent")
        if not (category.name_zh or category.name_en):
            faults.append(f"{key}: no name")
        if key in seen:
            faults.append(f"{key}: defined twice")
        seen.add(key)
    return faults


def read_catalogue(tables: Mapping[str, Sequence[Row]]) -> Catalogue:
    """Join the tables schemes, categories, problem_types, category_problems and unit_kinds of one scheme.

    Faults are collected, never raised; every active category must have a standard, unless there are no such tables.
    """
    schemes = [_scheme(row) for row in tables["schemes"]]
    if len(schemes) != 1:
        return Catalogue(SchemeIn("", "", ""), faults=["schemes: a folder holds exactly one scheme"])
    catalogue = Catalogue(schemes[0])
    catalogue.categories = list(_categories(tables["categories"], catalogue))
    catalogue.faults += category_faults(catalogue.scheme.code, catalogue.categories)
    return _with_standards(catalogue, tables) if "category_problems" in tables else catalogue


def _with_standards(catalogue: Catalogue, tables: Mapping[str, Sequence[Row]]) -> Catalogue:
    catalogue.problem_types = [CodeIn(row["code"], row["zh"], row["en"]) for row in tables["problem_types"]]
    catalogue.unit_kinds = [CodeIn(row["code"], row["zh"], row["en"]) for row in tables["unit_kinds"]]
    catalogue.standards = list(_standards(tables, catalogue))
    catalogue.faults += _gaps(catalogue)
    return catalogue


def _scheme(row: Row) -> SchemeIn:
    words = (row["code"], row["name_zh"], row["name_en"], row["attribution_zh"], row["attribution_en"])
    return SchemeIn(*words, row.get("procedure") or USUAL_PROCEDURE, is_public=row.get("public") == YES)


def _categories(rows: Sequence[Row], catalogue: Catalogue) -> Iterator[CategoryIn]:
    majors = set()
    for row in rows:
        kind, major = row["kind"], row["major_code"]
        if row["scheme"] != catalogue.scheme.code:
            catalogue.faults.append(f"categories {row['code']}: scheme {row['scheme']} is not the folder's")
        if (kind, major) not in majors:
            majors.add((kind, major))
            yield CategoryIn(kind, major, row["major_zh"], row["major_en"], is_major=True)
        is_active = row["status"] == "active"
        yield CategoryIn(kind, row["code"], row["minor_zh"], row["minor_en"], major, is_active=is_active)


def _standards(tables: Mapping[str, Sequence[Row]], catalogue: Catalogue) -> Iterator[StandardIn]:
    problems = {row["code"]: row for row in tables["problem_types"]}
    known = {(c.kind, c.code) for c in catalogue.categories}
    for row in tables["category_problems"]:
        place = f"category_problems {row['kind']}/{row['code']}"
        if (row["kind"], row["code"]) not in known:
            catalogue.faults.append(f"{place}: no such category")
            continue
        for code in row["problem_types"].split(";"):
            if code not in problems:
                catalogue.faults.append(f"{place}: unknown problem type {code!r}")
            else:
                yield from _standard(row, problems[code], catalogue)


def _standard(category: Row, problem: Row, catalogue: Catalogue) -> Iterator[StandardIn]:
    key = category_key(catalogue.scheme.code, category["kind"], category["code"])
    area_class, level = problem["area_class"], problem["level"]
    # The common case keeps the short code, so that a city which adds classes later changes no code.
    variant = "" if (area_class, level) == (ANY_AREA, GENERAL) else f"/{area_class}/{level}"
    code = f"{key}/{problem['code']}{variant}"
    try:
        limit = Limit(Decimal(problem["limit_value"]), problem["limit_unit"])  # type: ignore[arg-type]
    except (InvalidOperation, ValueError):
        catalogue.faults.append(f"problem_types {problem['code']}: unusable limit")
        return
    yield StandardIn(
        code=code,
        category_key=key,
        problem_type=problem["code"],
        condition_zh=problem["condition_zh"].replace("{name}", category["subject_zh"]),
        condition_en=problem["condition_en"].replace("{name}", category["subject_en"]),
        closing_zh=problem["closing_zh"].replace("{name}", category["subject_zh"]),
        closing_en=problem["closing_en"].replace("{name}", category["subject_en"]),
        limit=limit,
        area_class=area_class,
        level=level,
        evidence=tuple(part for part in problem["evidence"].split(";") if part),
        unit_kind=problem["unit_kind"] or category["default_unit_kind"],
        source=" ".join(filter(None, map(problem.get, ("limit_origin", "limit_source", "limit_rows")))),
    )


def _gaps(catalogue: Catalogue) -> list[str]:
    scheme = catalogue.scheme.code
    covered = {standard.category_key for standard in catalogue.standards}
    leaves = [c for c in catalogue.categories if c.is_active and not c.is_major]
    keys = [category_key(scheme, c.kind, c.code) for c in leaves]
    faults = [f"{key}: no filing standard" for key in keys if key not in covered]
    faults += standard_faults(catalogue.standards)
    kinds = {kind.code for kind in catalogue.unit_kinds}
    return faults + [
        f"{s.code}: unknown kind of unit {s.unit_kind!r}" for s in catalogue.standards if s.unit_kind not in kinds
    ]


def standard_faults(standards: Sequence[StandardIn]) -> list[str]:
    """Why these standards cannot be published; empty when they can."""
    faults, seen = [], set()
    for standard in standards:
        if not (standard.condition_zh and standard.closing_zh):
            faults.append(f"{standard.code}: no filing or closing condition")
        if not standard.limit.value:
            faults.append(f"{standard.code}: a limit of nothing")
        for evidence in set(standard.evidence) - set(Evidence.values):
            faults.append(f"{standard.code}: unknown evidence {evidence!r}")
        if standard.code in seen:
            faults.append(f"{standard.code}: given twice")
        seen.add(standard.code)
    return faults
