from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citygrid.access import rules
from citygrid.access.choices import ADMINISTRATORS
from citygrid.kernel.actor import Axis

STANDARD_EXAMPLE = "91350100M000100Y43"  # GB 32100-2015, the example of its annex


def test_credit_code_of_the_standard_is_right():
    assert rules.is_credit_code(STANDARD_EXAMPLE)


@pytest.mark.parametrize("code", ["", "9135", STANDARD_EXAMPLE + "1", STANDARD_EXAMPLE.lower(), "91350100I000100Y43"])
def test_credit_code_of_wrong_form_is_refused(code):
    assert not rules.is_credit_code(code)


@given(place=st.integers(0, 17), letter=st.sampled_from(rules.CREDIT_LETTERS))
def test_any_single_wrong_letter_of_a_credit_code_is_found(place, letter):
    changed = STANDARD_EXAMPLE[:place] + letter + STANDARD_EXAMPLE[place + 1 :]
    assert rules.is_credit_code(changed) == (changed == STANDARD_EXAMPLE)


@given(place=st.integers(0, 16))
def test_two_neighbours_swapped_in_a_credit_code_are_found(place):
    a, b = STANDARD_EXAMPLE[place : place + 2]
    changed = STANDARD_EXAMPLE[:place] + b + a + STANDARD_EXAMPLE[place + 2 :]
    assert rules.is_credit_code(changed) == (a == b)


@pytest.mark.parametrize("role", ADMINISTRATORS)
@pytest.mark.parametrize("held", ADMINISTRATORS)
def test_administrators_exclude_only_the_other_two(role, held):
    assert rules.excluded_by(role, ["dispatcher", held]) == ("" if role == held else held)


def test_other_roles_go_together():
    assert rules.excluded_by("dispatcher", ["system_administrator", "department"]) == ""
    assert rules.excluded_by("audit_administrator", ["dispatcher", "supervisor"]) == ""


@pytest.mark.parametrize(("name", "most"), rules.MOST_FAILURES.items())
def test_attempts_rest_from_the_last_failure_that_is_allowed_on(name, most):
    none = dict.fromkeys(rules.MOST_FAILURES, 0)
    assert [rules.rests({**none, name: count}) for count in (0, most - 1, most, most + 1)] == [
        False,
        False,
        True,
        True,
    ]


ONE_ROLE = """
    roles:
      - {code: dispatcher, axis: command, zh: 派遣员, en: Dispatcher, reach: area, grants: [cases.case:act]}
"""


def test_roles_are_read_from_text():
    role = rules.parse_roles(dedent(ONE_ROLE))["dispatcher"]
    assert (role.axis, role.reach, role.grants) == (Axis.COMMAND, rules.ReachKind.AREA, {"cases.case:act"})


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (ONE_ROLE.replace("axis: command", "axis: judging"), "judging"),
        (ONE_ROLE.replace("reach: area", "reach: city"), "city"),
        (ONE_ROLE.replace("zh: 派遣员, ", ""), "zh"),
        (dedent(ONE_ROLE) + dedent(ONE_ROLE).split("roles:\n")[1], "twice"),
    ],
)
def test_wrong_role_data_is_named(text, named):
    with pytest.raises((KeyError, ValueError), match=named):
        rules.parse_roles(dedent(text))


def test_unknown_grants_are_named_and_modules_not_built_yet_are_waited_for():
    grants = "cases.case:act, cases.case:fly, intake.report:view, nowhere.thing:do"
    roles = rules.parse_roles(dedent(ONE_ROLE.replace("cases.case:act", grants))).values()
    unknown = rules.unknown_grants(roles, declared={"cases.case:act"}, modules=["cases", "intake"])
    assert unknown == ["dispatcher: cases.case:fly", "dispatcher: nowhere.thing:do"]
