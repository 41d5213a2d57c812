"""Reads of the catalogue. It is public information and the same for every actor."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from citygrid.catalogue.choices import ANY_AREA
from citygrid.catalogue.models import Category, FilingStandard, ProblemType, Scheme, UnitKind
from citygrid.kernel.errors import NotFound, Words
from citygrid.kernel.words import in_language
from citygrid.kernel.worktime import Limit, Unit


@dataclass(frozen=True, slots=True)
class CategoryView:
    """A category with the procedure its cases follow and the names of its major (empty when it has none)."""

    key: str
    scheme: str
    kind: str
    code: str
    name_zh: str
    name_en: str
    is_major: bool
    is_active: bool
    procedure: str
    major_key: str = ""
    major_zh: str = ""
    major_en: str = ""

    @property
    def name(self) -> str:
        return in_language(self.name_zh, self.name_en)

    @property
    def major(self) -> str:
        return in_language(self.major_zh, self.major_en)


@dataclass(frozen=True, slots=True)
class StandardView:
    """One version of a filing standard, valid on days from `valid_from_date` up to, not including, `valid_to_date`."""

    id: UUID
    code: str
    version: int
    category_key: str
    problem_type: str
    condition_zh: str
    condition_en: str
    closing_zh: str
    closing_en: str
    area_class: str
    level: str
    limit: Limit
    evidence: tuple[str, ...]
    unit_kind: str
    source: str
    valid_from_date: date
    valid_to_date: date | None

    @property
    def condition(self) -> str:
        return in_language(self.condition_zh, self.condition_en)

    @property
    def closing(self) -> str:
        return in_language(self.closing_zh, self.closing_en)


@dataclass(frozen=True, slots=True)
class SchemeView:
    """A coding scheme, with the words that say where its codes come from."""

    code: str
    name_zh: str
    name_en: str
    attribution: str

    @property
    def name(self) -> str:
        return in_language(self.name_zh, self.name_en)


def schemes() -> list[SchemeView]:
    """All coding schemes, by code."""
    return [
        SchemeView(found.code, found.name_zh, found.name_en, in_language(found.attribution_zh, found.attribution_en))
        for found in Scheme.objects.order_by("code")
    ]


def public_schemes() -> list[str]:
    """Codes of the schemes whose filed cases are shown to everybody."""
    return list(Scheme.objects.filter(is_public=True).order_by("code").values_list("code", flat=True))


def scheme(code: str) -> SchemeView:
    """One coding scheme; NotFound (404)."""
    found = next((each for each in schemes() if each.code == code), None)
    if found is None:
        raise NotFound(what=_("scheme"), name=code)
    return found


def category(key: str) -> CategoryView:
    """One category by its key "scheme/kind/code", majors and inactive ones too. Raises NotFound."""
    found = _with_parents(Q(pk=key)).first()
    if found is None:
        raise NotFound(what=_("category"), name=key)
    return _category_view(found)


def categories(keys: Iterable[str]) -> dict[str, CategoryView]:
    """The categories with these keys, by key; unknown keys are left out. One query."""
    return {found.key: _category_view(found) for found in _with_parents(Q(pk__in=set(keys)))}


def majors(scheme: str) -> list[CategoryView]:
    """The majors of a scheme, components first, by code."""
    return [_category_view(found) for found in _with_parents(Q(scheme=scheme, is_major=True))]


def leaf_categories(scheme: str) -> list[CategoryView]:
    """The active categories of a scheme that take cases, components first, by code."""
    return [_category_view(found) for found in _with_parents(Q(scheme=scheme, is_major=False, is_active=True))]


def category_choices(scheme: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Choices for a form in the active language: (major, [(key, name)]); "" groups categories without a major."""
    groups: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for leaf in leaf_categories(scheme):
        groups.setdefault((leaf.major_key, leaf.major), []).append((leaf.key, leaf.name))
    return [(name, choices) for (_, name), choices in groups.items()]


def search_categories(words: str, limit: int = 20, scheme: str | None = None) -> list[CategoryView]:
    """Active categories that hold every word in a name (zh, en, also the major's) or begin with it in their code.

    Exact hits come first, then names that begin with the first word, then the rest by key.
    """
    parts = words.split()
    if not parts:
        return []
    wanted = Q(is_major=False, is_active=True) & (Q(scheme=scheme) if scheme else Q())
    for part in parts:
        wanted &= (
            Q(name_zh__icontains=part)
            | Q(name_en__icontains=part)
            | Q(code__istartswith=part)
            | Q(parent__name_zh__icontains=part)
            | Q(parent__name_en__icontains=part)
        )
    whole, first = words.strip(), parts[0]
    rank = Case(
        When(Q(name_zh=whole) | Q(name_en__iexact=whole) | Q(code=whole), then=Value(0)),
        When(Q(name_zh__startswith=first) | Q(name_en__istartswith=first), then=Value(1)),
        When(Q(name_zh__icontains=first) | Q(name_en__icontains=first), then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    found = _with_parents(wanted).order_by(rank, "key")[:limit]
    return [_category_view(each) for each in found]


def standards_for(category_key: str, on: date, area_class: str = ANY_AREA) -> list[StandardView]:
    """The standards a case of this category can be filed under on that day, by code.

    Where the area class has a standard for a problem type and level, it takes the place of the one for all areas.
    """
    found = _in_force(on).filter(category=category_key, area_class__in={area_class, ANY_AREA}).order_by("code")
    views = [_standard_view(each) for each in found]
    # A standard without a problem type stands for itself and replaces none.
    special = {(each.problem_type, each.level) for each in views if each.area_class != ANY_AREA and each.problem_type}
    return [each for each in views if each.area_class != ANY_AREA or (each.problem_type, each.level) not in special]


def standards_in_force(scheme: str, on: date, major_key: str = "") -> list[StandardView]:
    """All standards of a scheme (or of one of its majors) on a day, by code. For the pages that list them."""
    found = _in_force(on).filter(category__scheme=scheme)
    if major_key:
        found = found.filter(category__parent=major_key)
    return [_standard_view(each) for each in found.order_by("code")]


def standard(standard_id: UUID) -> StandardView:
    """One version of a standard, in force or not. Raises NotFound."""
    found = FilingStandard.objects.filter(pk=standard_id).first()
    if found is None:
        raise NotFound(what=_("standard"), name=str(standard_id))
    return _standard_view(found)


def standards(ids: Iterable[UUID]) -> dict[UUID, StandardView]:
    """These versions of standards, by id; unknown ids are left out. One query."""
    return {found.id: _standard_view(found) for found in FilingStandard.objects.filter(pk__in=set(ids))}


def all_categories() -> list[CategoryView]:
    """Every category of every scheme, majors and inactive ones too, by key."""
    return [_category_view(found) for found in _with_parents(Q()).order_by("key")]


def open_standards() -> list[StandardView]:
    """The versions of all standards that have no end, by code."""
    return [
        _standard_view(found) for found in FilingStandard.objects.filter(valid_to_date__isnull=True).order_by("code")
    ]


def used_unit_kinds() -> set[str]:
    """Codes of the kinds of units that standards without an end name."""
    found = FilingStandard.objects.filter(valid_to_date__isnull=True).exclude(unit_kind="")
    return set(found.order_by().values_list("unit_kind", flat=True).distinct())


def standards_after(on: date) -> set[str]:
    """Codes of standards with a version that begins or ends after a day: none can be published from that day."""
    after = Q(valid_from_date__gt=on) | Q(valid_to_date__gt=on)
    return set(FilingStandard.objects.filter(after).values_list("code", flat=True))


def standard_versions(code: str) -> list[StandardView]:
    """All versions of a standard, oldest first."""
    return [_standard_view(found) for found in FilingStandard.objects.filter(code=code).order_by("version")]


def problem_types() -> dict[str, Words]:
    """Problem types: code to name in the language that is active when it is shown."""
    return {found.code: found.lazy_name for found in ProblemType.objects.order_by("code")}


def unit_kinds() -> dict[str, Words]:
    """Kinds of units: code to name in the language that is active when it is shown."""
    return {found.code: found.lazy_name for found in UnitKind.objects.order_by("code")}


def _with_parents(wanted: Q) -> QuerySet[Category]:
    return Category.objects.select_related("parent", "scheme").filter(wanted).order_by("kind", "code")


def _in_force(on: date) -> QuerySet[FilingStandard]:
    return FilingStandard.objects.filter(
        Q(valid_to_date__isnull=True) | Q(valid_to_date__gt=on), valid_from_date__lte=on
    )


def _category_view(found: Category) -> CategoryView:
    parent = found.parent
    return CategoryView(
        key=found.key,
        scheme=found.scheme_id,
        kind=found.kind,
        code=found.code,
        name_zh=found.name_zh,
        name_en=found.name_en,
        is_major=found.is_major,
        is_active=found.is_active,
        procedure=found.scheme.procedure,
        major_key=parent.key if parent else "",
        major_zh=parent.name_zh if parent else "",
        major_en=parent.name_en if parent else "",
    )


def _standard_view(found: FilingStandard) -> StandardView:
    return StandardView(
        id=found.id,
        code=found.code,
        version=found.version,
        category_key=found.category_id,
        problem_type=found.problem_type_id or "",
        condition_zh=found.condition_zh,
        condition_en=found.condition_en,
        closing_zh=found.closing_zh,
        closing_en=found.closing_en,
        area_class=found.area_class,
        level=found.level,
        limit=Limit(_shortest(found.limit_value), Unit(found.limit_unit)),
        evidence=tuple(found.evidence),
        unit_kind=found.unit_kind,
        source=found.source,
        valid_from_date=found.valid_from_date,
        valid_to_date=found.valid_to_date,
    )


def _shortest(value: Decimal) -> Decimal:
    # normalize() alone would write 20 as 2E+1.
    whole = value.to_integral_value()
    return whole if whole == value else value.normalize()
