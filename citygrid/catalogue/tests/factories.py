"""Catalogue records for tests, written through the services."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from citygrid.catalogue import services
from citygrid.catalogue.models import Category, FilingStandard, ProblemType, Scheme
from citygrid.catalogue.rules import COLUMNS, CategoryIn, SchemeIn, StandardIn, category_key
from citygrid.kernel.actor import system_actor
from citygrid.kernel.worktime import Limit, Unit

SHIPPED = Path(__file__).resolve().parents[3] / "data" / "catalogue"
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
CLERK = system_actor("catalogue tests")


def scheme(code: str = "test") -> Scheme:
    """A coding scheme."""
    return services.define_scheme(scheme=SchemeIn(code, "测试", "Test", is_public=True), actor=CLERK, now=NOW)


def category(code: str = "01001", name_zh: str = "井盖", name_en: str = "Cover", **values: Any) -> Category:
    """A component of the scheme "test" below the major of its first two characters."""
    scheme()
    major, kind = code[:2], values.pop("kind", "component")
    rows = [
        CategoryIn(kind, major, f"大类{major}", f"Major {major}", is_major=True),
        CategoryIn(kind, code, name_zh, name_en, major, **values),
    ]
    services.define_categories(scheme_code="test", categories=rows, actor=CLERK, now=NOW)
    return Category.objects.get(pk=category_key("test", kind, code))


def problem_type(code: str = "damaged") -> ProblemType:
    """A problem type."""
    return ProblemType.objects.get_or_create(code=code, name_zh="破损", name_en="Damaged")[0]


def standard_in(of: Category, code: str = "s1", limit: Limit | None = None, **values: Any) -> StandardIn:
    """What a standard of the category says; two working days unless told otherwise."""
    return StandardIn(
        code=code,
        category_key=of.key,
        condition_zh="破损",
        closing_zh="已修复",
        limit=limit or Limit(Decimal(2), Unit.WORK_DAY),
        **values,
    )


def standard(of: Category, code: str = "s1", on: date = TODAY, **values: Any) -> FilingStandard:
    """A published standard."""
    return services.publish_standard(
        standard=standard_in(of, code, **values), actor=CLERK, now=NOW, valid_from_date=on
    )


def folder(path: Path, **tables: list[dict[str, str]]) -> Path:
    """A small catalogue folder: one category with two problem types; tables given replace its own."""
    rows: dict[str, list[dict[str, str]]] = {
        "schemes": [{"code": "small", "name_zh": "小", "name_en": "Small"}],
        "categories": [
            {
                "scheme": "small",
                "kind": "component",
                "code": "01001",
                "major_code": "01",
                "major_zh": "公用",
                "minor_zh": "井盖",
                "minor_en": "Cover",
                "status": "active",
            }
        ],
        "problem_types": [problem_row("missing", "2", "urgent_hour"), problem_row("rattling", "2.5", "work_day")],
        "category_problems": [
            {
                "kind": "component",
                "code": "01001",
                "subject_zh": "井盖",
                "subject_en": "cover",
                "problem_types": "missing;rattling",
                "default_unit_kind": "water",
            }
        ],
        "unit_kinds": [{"code": "water", "zh": "供水", "en": "Water"}],
    }
    for name, table in {**rows, **tables}.items():
        with (path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS[name])
            writer.writeheader()
            writer.writerows(table)
    return path


def problem_row(code: str, limit_value: str, limit_unit: str, **values: str) -> dict[str, str]:
    """A row of problem_types."""
    return {
        "code": code,
        "zh": code,
        "en": code,
        "condition_zh": "{name}有问题" + code,
        "condition_en": "The {name} is " + code,
        "closing_zh": "{name}已修好",
        "closing_en": "The {name} is mended",
        "evidence": "photo_before;photo_after",
        "limit_value": limit_value,
        "limit_unit": limit_unit,
        "level": "general",
        "area_class": "all",
        **values,
    }
