"""Who may do what on the ladder of social events, as a table written by hand beside the document."""

from itertools import product
from pathlib import Path

import pytest
import yaml

from citygrid.access import queries as access
from citygrid.kernel.actor import Actor, Axis, Reach
from citygrid.workflow.errors import StepNotAllowed
from citygrid.workflow.rules import Situation, begin, judge, offers, parse

DOCUMENT = yaml.safe_load((Path(__file__).parents[3] / "data/procedures/social-event.yaml").read_text())
PROCEDURE = parse(DOCUMENT, access.roles())
CLOSED_LOOP = yaml.safe_load((Path(__file__).parents[3] / "data/procedures/city-case.yaml").read_text())
EVERYTHING = {"reason": "r", "note": "n", "finding": "not_solved", "unit": "u", "case": "c", "correction": "r"}
OVERSIGHT = {"inspector": {"oversee"}}
ENDING = {"shift_leader": {"void", "bundle", "correct"}, "acceptor": {"bundle", "correct"}, **OVERSIGHT}

ALLOWED: dict[str, dict[str, set[str]]] = {
    "at_grid": {
        **ENDING,
        "grid_worker": {"handle_at_grid", "escalate_to_community"},
        "community_officer": {"escalate_to_community"},
    },
    "at_community": {
        **ENDING,
        "community_officer": {"handle_at_community", "escalate_to_street", "send_down_to_grid"},
        "street_officer": {"escalate_to_street"},
    },
    "at_street": {
        **ENDING,
        "street_officer": {"handle_at_street", "escalate_to_district", "send_down_to_community", "call_department"},
        "district_officer": {"escalate_to_district"},
    },
    "with_department": {
        **OVERSIGHT,
        "shift_leader": {"void"},
        "department": {"report_to_street", "decline_call"},
        "street_officer": {"recall"},
    },
    "at_district": {**ENDING, "district_officer": {"handle_at_district", "send_down_to_street"}},
    **{
        f"handled_at_{level}": {"acceptor": {"give_feedback", f"not_solved_at_{level}"}, "shift_leader": {"void"}}
        for level in ("grid", "community", "street", "district")
    },
    "answered": {"shift_leader": {"close", "void"}},
    "closed": {},
    "voided": {},
    "bundled": {"shift_leader": {"unbundle"}},
}
BEGINNINGS = {
    "acceptor": {"accept"},
    "grid_worker": {"register_at_grid"},
    "community_officer": {"register_at_community"},
    "street_officer": {"register_at_street"},
    "district_officer": {"register_at_district"},
}
ROLES = sorted(access.roles())


def actor(role: str) -> Actor:
    axis = Axis(access.role(role).axis)
    return Actor(role=role, axis=axis, reach=Reach(), permissions=frozenset(), label=role)


def test_the_table_names_every_state() -> None:
    assert list(ALLOWED) == list(PROCEDURE.states)


@pytest.mark.parametrize("state", PROCEDURE.states)
def test_every_role_is_offered_what_the_table_says_and_refused_the_rest(state: str) -> None:
    for role, code in product(ROLES, PROCEDURE.actions):
        allowed = ALLOWED[state].get(role, set())
        assert {each.code for each in offers(PROCEDURE, Situation(state), actor(role))} == allowed
        if code not in allowed:
            with pytest.raises(StepNotAllowed):
                judge(PROCEDURE, Situation(state), code, actor(role), EVERYTHING)


@pytest.mark.parametrize("role", ROLES)
def test_each_level_begins_at_itself_and_the_acceptor_at_the_lowest(role: str) -> None:
    for code in PROCEDURE.actions:
        if code in BEGINNINGS.get(role, set()):
            expected = "at_grid" if role == "acceptor" else code.replace("register_", "")
            assert begin(PROCEDURE, code, actor(role), {}).state == expected
        else:
            with pytest.raises(StepNotAllowed):
                begin(PROCEDURE, code, actor(role), EVERYTHING)


def test_the_levels_handle_and_supervision_judges() -> None:
    """No role of the ladder has actions on two axes."""
    axes = {
        role: {axis for each in PROCEDURE.actions.values() if role in each.roles for axis in each.axes}
        for role in ROLES
    }
    assert {role: found for role, found in axes.items() if len(found) > 1} == {}
    assert axes["acceptor"] == axes["shift_leader"] == axes["inspector"] == {"supervision"}


def test_words_that_both_procedures_have_mean_the_same() -> None:
    """A state of one code has one name: counts and filters of the desk go by code over both lines."""
    for part in ("states", "actions"):
        for code in set(DOCUMENT[part]) & set(CLOSED_LOOP[part]):
            names = [(document[part][code]["zh"], document[part][code]["en"]) for document in (DOCUMENT, CLOSED_LOOP)]
            assert names[0] == names[1]


def test_every_level_and_every_answer_has_a_limit() -> None:
    assert {code for code, state in PROCEDURE.states.items() if not state.limit} == {"closed", "voided", "bundled"}
