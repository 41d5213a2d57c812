from django.utils import translation
from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Conflict, Invalid, KeyReused, NotFound, NotPermitted, Refusal


def test_refusals_have_stable_codes_and_statuses() -> None:
    expected = {
        Refusal: ("kernel.refused", 400),
        NotPermitted: ("kernel.not_permitted", 403),
        NotFound: ("kernel.not_found", 404),
        Invalid: ("kernel.invalid", 400),
        Conflict: ("kernel.conflict", 409),
        KeyReused: ("kernel.key_reused", 409),
    }
    assert {kind: (kind.code, kind.status) for kind in expected} == expected


def test_words_of_a_refusal_name_its_parameters_in_the_active_language() -> None:
    refusal = NotFound(what=_("case"))
    with translation.override("en"):
        assert str(refusal) == "There is no such case, or your post may not see it."
    with translation.override("zh-hans"):
        assert "There is no" not in str(refusal)


def test_invalid_input_without_a_reason_is_told_by_its_fields() -> None:
    refusal = Invalid(fields={"unit": "a unit is missing", "note": "a note is missing"})
    with translation.override("en"):
        assert str(refusal) == "Some of the input cannot be used: a unit is missing; a note is missing"
    assert refusal.fields["unit"] == "a unit is missing"


def test_advice_names_parameters_too() -> None:
    class Busy(Refusal):
        hint = "Try again in %(minutes)s minutes."

    assert Busy(minutes=3).advice == "Try again in 3 minutes."
    assert Refusal().advice == ""
