from datetime import date
from decimal import Decimal
from uuid import UUID

from ninja import Schema


class SchemeOut(Schema):
    code: str
    name: str
    attribution: str


class CategoryOut(Schema):
    """A category; `major_key` is "" for a major itself."""

    key: str
    scheme: str
    kind: str
    code: str
    name_zh: str
    name_en: str
    is_major: bool
    major_key: str


class LimitOut(Schema):
    """An amount of time: `value` in `unit` (urgent_hour, work_hour, work_day, natural_day)."""

    value: Decimal
    unit: str


class StandardOut(Schema):
    """A filing condition of a category: when a case is filed, when it may be closed, how long that may take."""

    id: UUID
    code: str
    version: int
    category_key: str
    problem_type: str
    condition: str
    closing: str
    evidence: list[str]
    unit_kind: str
    limit: LimitOut
    valid_from_date: date
    valid_to_date: date | None
