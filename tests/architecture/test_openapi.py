"""The description of the API is kept in docs/openapi.json: a change of the API is a change of that file."""

from tools import openapi


def test_kept_description_is_the_one_the_code_gives():
    assert openapi.PAGE.read_text() == openapi.page(), "run: python -m tools.openapi"
