"""Categories and filing standards as spreadsheets (`kernel.sheets`)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citygrid.catalogue import queries, services
from citygrid.catalogue.choices import ANY_AREA, GENERAL, Evidence, Kind, LimitUnit
from citygrid.catalogue.permissions import MANAGE_STANDARDS
from citygrid.catalogue.rules import KEY_LENGTH, CategoryIn, StandardIn, category_key
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Words
from citygrid.kernel.sheets.columns import (
    YES_NO,
    Column,
    Key,
    Row,
    Sheet,
    Values,
    lines,
    matching,
    number,
    shown_number,
    split,
    yes_no,
)
from citygrid.kernel.sheets.ports import SHEETS, Change, SheetPort, touching
from citygrid.kernel.words import lazily_in_language
from citygrid.kernel.worktime import Limit, Unit

CATEGORY_KEY = ("scheme", "kind", "code")
STANDARD_KEY = ("code",)
LONG = 2_000  # characters of a condition


class CategorySheet(SheetPort):
    """Categories of all schemes. One taken away again is out of use."""

    code = "categories"
    title = gettext_lazy("Categories")
    about = gettext_lazy("What cases are about: majors, and below them the categories that take cases.")
    permission = MANAGE_STANDARDS

    def sheet(self, actor: Actor, now: datetime) -> Sheet:
        schemes: dict[str, Words] = {
            scheme.code: lazily_in_language(scheme.name_zh, scheme.name_en) for scheme in queries.schemes()
        }
        code = matching(r"[^/\s]*", gettext_lazy("A code has no slashes and no spaces."))
        columns = (
            Column("scheme", gettext_lazy("Scheme"), is_required=True, choices=schemes),
            Column("kind", gettext_lazy("Kind"), is_required=True, choices=_choices(Kind)),
            Column("code", gettext_lazy("Code"), is_required=True, example="0104", max_length=60, parse=code),
            Column("name_zh", gettext_lazy("Chinese name"), example="雨水箅子"),
            Column("name_en", gettext_lazy("English name"), example="Storm grate"),
            Column(
                "major",
                gettext_lazy("Major"),
                gettext_lazy("Code of the major above; it may stand in the same file."),
                "01",
                max_length=60,
                parse=code,
            ),
            Column(
                "is_major",
                gettext_lazy("Is a major"),
                gettext_lazy("A major takes no cases itself. Blank: no."),
                choices=YES_NO,
                default="no",
            ),
            Column("active", gettext_lazy("In use"), gettext_lazy("Blank: yes."), choices=YES_NO, default="yes"),
        )
        return Sheet(self.code, self.title, columns, CATEGORY_KEY)

    def current(self, actor: Actor, now: datetime) -> Iterable[Values]:
        for found in queries.all_categories():
            yield {
                "scheme": found.scheme,
                "kind": found.kind,
                "code": found.code,
                "name_zh": found.name_zh,
                "name_en": found.name_en,
                "major": found.major_key.rpartition("/")[2],
                "is_major": yes_no(found.is_major),
                "active": yes_no(found.is_active),
            }

    def check(self, rows: Sequence[Row], standing: Mapping[Key, Values], actor: Actor, now: datetime) -> None:
        majors = {key for key, values in standing.items() if values.get("is_major") == "yes"}
        majors |= {_key(row.values) for row in rows if row.values["is_major"] == "yes"}
        for row in touching(rows, standing, CATEGORY_KEY):
            _check_category(row, standing.get(_key(row.values)), majors)

    def apply(self, changes: Sequence[Change], actor: Actor, now: datetime) -> None:
        by_scheme: dict[str, list[CategoryIn]] = {}
        for change in changes:
            values = change.after or {**(change.before or {}), "active": "no"}
            by_scheme.setdefault(values["scheme"], []).append(_category(values))
        for scheme, categories in by_scheme.items():
            services.define_categories(scheme_code=scheme, categories=categories, actor=actor, now=now)


class StandardSheet(SheetPort):
    """Filing standards that have no end. A changed one is a new version from today; one taken away is withdrawn."""

    code = "standards"
    title = gettext_lazy("Filing standards")
    about = gettext_lazy("When a case is filed and closed, and how long that may take. Changes hold from today.")
    permission = MANAGE_STANDARDS

    def sheet(self, actor: Actor, now: datetime) -> Sheet:
        known = dict.fromkeys(sorted(queries.used_unit_kinds()), "")
        columns = (
            Column("code", gettext_lazy("Code"), is_required=True, max_length=160),
            Column("category", gettext_lazy("Category"), is_required=True, choices=_takers()),
            Column("problem_type", gettext_lazy("Problem type"), choices=dict(queries.problem_types())),
            *_conditions(),
            Column(
                "limit",
                gettext_lazy("Limit"),
                is_required=True,
                example="2",
                parse=number(least=Decimal("0.01"), most=Decimal("999999.99"), decimals=2),
            ),
            Column("unit", gettext_lazy("Unit of the limit"), is_required=True, choices=_choices(LimitUnit)),
            Column("evidence", gettext_lazy("Evidence"), is_many=True, choices=_choices(Evidence)),
            Column("unit_kind", gettext_lazy("Usual kind of unit"), choices={**known, **queries.unit_kinds()}),
            Column("area_class", gettext_lazy("Area class"), max_length=20, default=ANY_AREA, example=ANY_AREA),
            Column("level", gettext_lazy("Level"), max_length=20, default=GENERAL, example=GENERAL),
            Column("source", gettext_lazy("Source"), gettext_lazy("Where the limit comes from.")),
        )
        return Sheet(self.code, self.title, columns, STANDARD_KEY)

    def current(self, actor: Actor, now: datetime) -> Iterable[Values]:
        for found in queries.open_standards():
            yield {
                "code": found.code,
                "category": found.category_key,
                "problem_type": found.problem_type,
                "condition_zh": found.condition_zh,
                "condition_en": found.condition_en,
                "closing_zh": found.closing_zh,
                "closing_en": found.closing_en,
                "limit": shown_number(found.limit.value),
                "unit": str(found.limit.unit),
                "evidence": ";".join(found.evidence),
                "unit_kind": found.unit_kind,
                "area_class": found.area_class,
                "level": found.level,
                "source": found.source,
            }

    def check(self, rows: Sequence[Row], standing: Mapping[Key, Values], actor: Actor, now: datetime) -> None:
        later = queries.standards_after(localdate(now))
        for row in touching(rows, standing, STANDARD_KEY):
            if row.values["code"] in later:
                row.fail("code", "later_version", _("A version of it begins or ends after today."))

    def apply(self, changes: Sequence[Change], actor: Actor, now: datetime) -> None:
        # Those taken away go first: nothing but their end is written, so the order among the rest does not matter.
        gone = [change.key[0] for change in changes if change.after is None]
        services.withdraw_standards(codes=gone, on=localdate(now), actor=actor, now=now)
        said = [_standard(change.after) for change in changes if change.after]
        services.publish_standards(standards=said, actor=actor, now=now)


def _choices(kinds: type[Kind] | type[LimitUnit] | type[Evidence]) -> dict[str, Words]:
    return {str(kind.value): kind.label for kind in kinds}


def _takers() -> dict[str, Words]:
    """The categories that take cases, by key."""
    found = (category for category in queries.all_categories() if not category.is_major)
    return {category.key: lazily_in_language(category.name_zh, category.name_en) for category in found}


def _conditions() -> Iterable[Column]:
    for code, label, is_required in (
        ("condition_zh", gettext_lazy("Filed when (Chinese)"), True),
        ("condition_en", gettext_lazy("Filed when (English)"), False),
        ("closing_zh", gettext_lazy("May be closed when (Chinese)"), True),
        ("closing_en", gettext_lazy("May be closed when (English)"), False),
    ):
        yield Column(code, label, is_required=is_required, max_length=LONG, parse=lines)


def _key(values: Values) -> Key:
    return tuple(values[code] for code in CATEGORY_KEY)


def _check_category(row: Row, before: Values | None, majors: set[Key]) -> None:
    values = row.values
    if len(category_key(*_key(values))) > KEY_LENGTH:
        row.fail("code", "too_long", _("Scheme, kind and code together have at most 80 characters."))
    if not (values["name_zh"] or values["name_en"]):
        row.fail("name_zh", "blank", _("A value is needed."))
    if values["major"] and values["is_major"] == "yes":
        row.fail("major", "major_below_major", _("A major has no major above it."))
    elif values["major"] and not _is_of(majors, row):
        row.fail("major", "unknown_reference", _("There is no major with this code in the scheme."))
    if before and before["is_major"] != values["is_major"]:
        row.fail("is_major", "never_changes", _("A major stays a major, and a category a category."))


def _is_of(majors: set[Key], row: Row) -> bool:
    """Whether the row's major is known; of a row without a known scheme or kind that cannot be said."""
    key = (row.values["scheme"], row.values["kind"], row.values["major"])
    return key in majors or row.is_wrong("scheme") or row.is_wrong("kind")


def _category(values: Values) -> CategoryIn:
    return CategoryIn(
        kind=values["kind"],
        code=values["code"],
        name_zh=values["name_zh"],
        name_en=values["name_en"],
        parent_code=values["major"],
        is_major=values["is_major"] == "yes",
        is_active=values["active"] == "yes",
    )


def _standard(values: Values) -> StandardIn:
    return StandardIn(
        code=values["code"],
        category_key=values["category"],
        problem_type=values["problem_type"],
        condition_zh=values["condition_zh"],
        condition_en=values["condition_en"],
        closing_zh=values["closing_zh"],
        closing_en=values["closing_en"],
        limit=Limit(Decimal(values["limit"]), Unit(values["unit"])),
        area_class=values["area_class"],
        level=values["level"],
        evidence=split(values["evidence"]),
        unit_kind=values["unit_kind"],
        source=values["source"],
    )


for port in (CategorySheet(), StandardSheet()):
    SHEETS.register(port.code, port)
