"""The description of the API is kept in docs/openapi.json: a change of the API is a change of that file."""

from collections import Counter
from collections.abc import Iterator
from enum import Enum
from typing import Any, get_args

from ninja import Schema
from pydantic import TypeAdapter, ValidationError

from citygrid.kernel.api import BodyIn
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


def test_bodies_take_no_number_for_a_truth_and_no_words_for_a_number() -> None:
    """What the description calls a boolean or a number is one; pydantic alone would turn 0 into false, "7" into 7."""
    openapi.page()
    loose = [
        f"{body.__name__}.{name}"
        for body in _below(BodyIn)
        for name, field in body.model_fields.items()
        for wrong in (0, "7", ["7"], True)
        if _turned(TypeAdapter(field.rebuild_annotation()), wrong)
    ]
    assert list(_below(BodyIn)) and loose == []


def _turned(field: TypeAdapter[Any], wrong: Any) -> bool:
    """Whether the field takes this, and makes something of another kind of it."""
    try:
        taken = field.validate_python(wrong)
    except ValidationError:
        return False
    return not isinstance(taken, str) and (taken != wrong or isinstance(taken, bool) is not isinstance(wrong, bool))


def _enums(annotation: Any) -> Iterator[type]:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        yield annotation
    for inner in get_args(annotation):
        yield from _enums(inner)


def _below(schema: type) -> Iterator[type]:
    for each in schema.__subclasses__():
        yield each
        yield from _below(each)
