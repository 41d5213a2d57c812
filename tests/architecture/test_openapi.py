"""The description of the API is kept in docs/openapi.json: a change of the API is a change of that file."""

from collections import Counter
from collections.abc import Iterator
from enum import Enum
from typing import Any, get_args

from ninja import Schema

from tools import openapi


def test_kept_description_is_the_one_the_code_gives():
    assert openapi.PAGE.read_text() == openapi.page(), "run: python -m tools.openapi"


def test_no_two_schemas_or_choices_have_one_name() -> None:
    """Ninja describes both as the one that comes last."""
    openapi.page()  # brings every endpoint in
    found = {each for each in _below(Schema) if each.__module__.startswith("citygrid.")}
    choices = {each for schema in found for field in schema.model_fields.values() for each in _enums(field.annotation)}
    names = Counter(each.__name__ for each in found | choices)
    assert found and choices and [name for name, count in names.items() if count > 1] == []


def _enums(annotation: Any) -> Iterator[type]:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        yield annotation
    for inner in get_args(annotation):
        yield from _enums(inner)


def _below(schema: type) -> Iterator[type]:
    for each in schema.__subclasses__():
        yield each
        yield from _below(each)
