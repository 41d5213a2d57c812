"""The pure engine: documents, the table of what is refused, pictures."""

from copy import deepcopy
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest
import yaml

from citygrid.access import queries as access
from citygrid.kernel.actor import Actor, Axis, Reach
from citygrid.workflow.errors import FieldsMissing, FieldsSurplus, FindingUnknown, ProcedureInvalid, StepNotAllowed
from citygrid.workflow.rules import Situation, begin, differences, judge, offers, parse, picture

PROCEDURES = Path(__file__).parents[3] / "data/procedures"
DOCUMENT = yaml.safe_load((PROCEDURES / "city-case.yaml").read_text())
AXES = {
    "supervisor": Axis.SUPERVISION,
    "acceptor": Axis.SUPERVISION,
    "shift_leader": Axis.SUPERVISION,
    "inspector": Axis.SUPERVISION,
    "dispatcher": Axis.COMMAND,
    "department": Axis.HANDLING,
    "crew": Axis.HANDLING,
    "system_administrator": Axis.SUPPORT,
}
PROCEDURE = parse(DOCUMENT, AXES)

# Who may do what in which state, written down apart from the procedure, as the domain describes it.
ALLOWED = {
    "registered": {
        "acceptor": {"send_to_verify", "bundle", "correct"},
        "shift_leader": {"file", "void", "bundle", "correct"},
        "inspector": {"oversee"},
    },
    "verifying": {
        "supervisor": {"report_verification"},
        "acceptor": {"correct", "reassign"},
        "shift_leader": {"correct", "reassign"},
        "inspector": {"oversee"},
    },
    "verified": {
        "acceptor": {"bundle", "correct"},
        "shift_leader": {"file", "void", "bundle", "correct"},
        "inspector": {"oversee"},
    },
    "filed": {
        "acceptor": {"bundle"},
        "shift_leader": {"void", "bundle", "correct_filed"},
        "dispatcher": {"dispatch", "send_back_to_file"},
        "inspector": {"oversee"},
    },
    "dispatched": {
        "department": {"take", "reply", "return", "extend", "hang", "give_work"},
        "shift_leader": {"void"},
        "inspector": {"oversee"},
    },
    "handling": {
        "department": {"reply", "return", "extend", "hang", "give_work"},
        "shift_leader": {"void"},
        "inspector": {"oversee"},
    },
    "hung": {"dispatcher": {"resume"}, "shift_leader": {"void"}, "inspector": {"oversee"}},
    "handled": {"acceptor": {"send_to_check"}, "shift_leader": {"void"}, "inspector": {"oversee"}},
    "checking": {
        "supervisor": {"pass_check", "fail_check"},
        "acceptor": {"reassign"},
        "shift_leader": {"reassign"},
        "inspector": {"oversee"},
    },
    "checked": {"shift_leader": {"close", "rework", "void"}, "inspector": {"oversee"}},
    "self_disposed": {
        "acceptor": {"approve_self_disposal", "refuse_self_disposal"},
        "shift_leader": {"approve_self_disposal", "refuse_self_disposal"},
    },
    "closed": {"shift_leader": {"reopen"}},
    "voided": {},
    "bundled": {"shift_leader": {"unbundle"}},
}
WITH_REQUEST = {  # what changes while the unit waits for an answer
    "return": {"department": {"give_work"}, "dispatcher": {"approve_return", "decline_return"}},
    "extend": {"department": {"take", "reply", "give_work"}, "dispatcher": {"approve_extend", "decline_extend"}},
    "hang": {"department": {"take", "reply", "give_work"}, "dispatcher": {"approve_hang", "decline_hang"}},
}


def actor(role: str) -> Actor:
    return Actor(role=role, axis=AXES[role], reach=Reach(), permissions=frozenset(), label=role)


def all_of(code: str) -> dict[str, str]:
    """All that the action needs."""
    action = PROCEDURE.action(code)
    return dict.fromkeys((*action.needs, "photo_after"), "x") | ({"finding": "confirmed"} if action.findings else {})


@pytest.mark.parametrize("state", PROCEDURE.states)
def test_each_role_may_do_what_the_table_says_and_nothing_else(state: str) -> None:
    situation = Situation(state)
    for role, action in product(AXES, PROCEDURE.actions):
        if action in ALLOWED[state].get(role, ()):
            assert judge(PROCEDURE, situation, action, actor(role), all_of(action)).action.code == action
        else:
            with pytest.raises(StepNotAllowed):
                judge(PROCEDURE, situation, action, actor(role), all_of(action))


@pytest.mark.parametrize(("pending", "role"), [(p, r) for p in WITH_REQUEST for r in ("department", "dispatcher")])
def test_request_is_answered_by_the_approver_and_may_hold_the_unit(pending: str, role: str) -> None:
    situation = Situation("dispatched", pending=pending)
    assert {action.code for action in offers(PROCEDURE, situation, actor(role))} == WITH_REQUEST[pending][role]


@pytest.mark.parametrize("role", AXES)
def test_only_the_acceptor_and_the_supervisor_begin_a_case(role: str) -> None:
    wanted = {"acceptor": {"accept"}, "supervisor": {"self_dispose"}}.get(role, set())
    for code in PROCEDURE.actions:
        if code in wanted:
            assert begin(PROCEDURE, code, actor(role), all_of(code)).state in PROCEDURE.states
        else:
            with pytest.raises(StepNotAllowed):
                begin(PROCEDURE, code, actor(role), all_of(code))


def test_offers_are_exactly_what_is_judged_possible() -> None:
    for state, role in product(PROCEDURE.states, AXES):
        assert {a.code for a in offers(PROCEDURE, Situation(state), actor(role))} == ALLOWED[state].get(role, set())


def test_open_work_is_done_by_its_crew_or_taken_back_before_the_case_is_handled() -> None:
    crew, other = (replace(actor("crew"), post_id=uuid4()) for _ in range(2))
    busy = Situation("handling", work=frozenset({crew.post_id}))
    assert [each.code for each in offers(PROCEDURE, busy, crew)] == ["finish_work"]
    assert offers(PROCEDURE, busy, other) == []
    possible = {each.code for each in offers(PROCEDURE, busy, actor("department"))}
    assert possible == {"return", "extend", "hang", "give_work", "take_back_work"}
    with pytest.raises(StepNotAllowed) as refusal:
        judge(PROCEDURE, busy, "reply", actor("department"), all_of("reply"))
    assert refusal.value.reason == "open_work"


def test_work_is_known_where_a_crew_may_finish_it() -> None:
    assert {state for state in PROCEDURE.states if PROCEDURE.has_crews_in(state)} == {"dispatched", "handling", "hung"}
    assert PROCEDURE.crew_roles == {"crew"}


def test_task_of_another_post_is_not_offered_but_can_be_given_away() -> None:
    mine, others = uuid4(), uuid4()
    supervisor = replace(actor("supervisor"), post_id=mine)
    for assignee, wanted in ((mine, ["report_verification"]), (None, ["report_verification"]), (others, [])):
        situation = Situation("verifying", assignee=assignee)
        assert [action.code for action in offers(PROCEDURE, situation, supervisor)] == wanted
        assert "reassign" in {action.code for action in offers(PROCEDURE, situation, actor("acceptor"))}


def test_missing_fields_are_named() -> None:
    with pytest.raises(FieldsMissing) as refusal:
        judge(PROCEDURE, Situation("dispatched"), "hang", actor("department"), {"reason": "frost"})
    assert list(refusal.value.fields) == ["until"]


@pytest.mark.parametrize("word", ["unit", "task", "crew", "standard", "until", "post", "finding", "correction"])
def test_what_an_action_does_not_take_is_refused(word: str) -> None:
    given = {**all_of("reply"), word: "x"}
    with pytest.raises(FieldsSurplus) as refusal:
        judge(PROCEDURE, Situation("handling"), "reply", actor("department"), given)
    assert list(refusal.value.fields) == [word]


def test_who_sends_out_a_task_may_say_whose_it_is() -> None:
    given = {**all_of("send_to_verify"), "post": "x"}
    assert judge(PROCEDURE, Situation("registered"), "send_to_verify", actor("acceptor"), given).state == "verifying"


def test_answering_an_oversight_counts_on_the_axis_of_the_role() -> None:
    situation = Situation("dispatched", counts={"oversights": 1})
    assert (
        judge(PROCEDURE, situation, "answer_oversight", actor("department"), all_of("answer_oversight")).axis
        == "handling"
    )
    assert (
        judge(PROCEDURE, situation, "answer_oversight", actor("dispatcher"), all_of("answer_oversight")).axis
        == "command"
    )


def test_finding_outside_the_list_is_refused() -> None:
    with pytest.raises(FindingUnknown, match="maybe"):
        given = {"finding": "maybe"}
        judge(PROCEDURE, Situation("verifying"), "report_verification", actor("supervisor"), given)


def test_required_evidence_is_asked_for() -> None:
    document = changed(lambda d: d["actions"]["reply"].update(evidence=["photo_after"]))
    procedure = parse(document, AXES)
    with pytest.raises(FieldsMissing):
        judge(procedure, Situation("handling"), "reply", actor("department"), {"note": "x"})
    assert judge(procedure, Situation("handling"), "reply", actor("department"), all_of("reply")).state == "handled"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda d: d.pop("code"), "“code” is missing"),
        (lambda d: d["states"].update(lost={"zh": "失", "en": "Lost"}), "state lost cannot be reached"),
        (lambda d: d["actions"]["take"].update(to="nowhere"), "action take: unknown state “nowhere”"),
        (lambda d: d["actions"]["take"].update(role=["mayor"]), "action take: unknown role “mayor”"),
        (lambda d: d["actions"]["take"].update(axis="mayor"), "action take: unknown axis “mayor”"),
        (lambda d: d["actions"]["take"].update(needs=["gold"]), "action take: unknown field “gold”"),
        (lambda d: d["actions"]["take"].update(takes=["film"]), "action take: unknown evidence “film”"),
        (lambda d: d["actions"]["take"].update(clock="rewind"), "action take: unknown clock effect “rewind”"),
        (lambda d: d["actions"]["take"].update(colour="red"), "action take: unknown word “colour”"),
        (lambda d: d["actions"]["give_work"]["needs"].remove("by"), "action give_work: its work needs “by”"),
        (lambda d: d["actions"]["take"].pop("zh"), "action take: “zh” is missing"),
        (lambda d: d["states"]["hung"].update(waits_for=["mayor"]), "state hung: unknown role “mayor”"),
        (lambda d: [s.pop("end", None) for s in d["states"].values()], "there is no end"),
        (lambda d: d["actions"].update(trap=trap()) or d["states"].update(pit={"zh": "坑", "en": "Pit"}), "pit leads"),
    ],
)
def test_wrong_document_is_refused_with_its_problem(change: Any, problem: str) -> None:
    with pytest.raises(ProcedureInvalid) as refusal:
        parse(changed(change), AXES)
    assert any(problem in found for found in refusal.value.problems)


def test_all_problems_of_a_document_are_told_at_once() -> None:
    document = changed(lambda d: [d["actions"][code].update(clock="x") for code in ("take", "reply", "file")])
    with pytest.raises(ProcedureInvalid) as refusal:
        parse(document, AXES)
    assert len(refusal.value.problems) == 3


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_picture_is_a_drawing_with_every_state(language: str) -> None:
    drawing = ElementTree.fromstring(picture(PROCEDURE, language))  # noqa: S314 - our own drawing
    texts = [element.text for element in drawing.iter() if element.tag.endswith("text")]
    names = [state.zh if language == "zh-hans" else state.en for state in PROCEDURE.states.values()]
    assert set(names) <= set(texts)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("code", ["city-case", "social-event"])
def test_words_at_the_arrows_of_a_picture_lie_apart_and_inside(code: str, language: str) -> None:
    procedure = parse(yaml.safe_load((PROCEDURES / f"{code}.yaml").read_text()), access.roles())
    drawing = ElementTree.fromstring(picture(procedure, language))  # noqa: S314 - our own drawing
    left, _, width, height = map(int, drawing.attrib["viewBox"].split())
    spans = [span_of(element) for element in drawing.iter() if element.attrib.get("class") == "label"]
    assert len(spans) > 15
    for (start, end, y), (other_start, other_end, other_y) in combinations(spans, 2):
        assert abs(y - other_y) >= 11 or end <= other_start or other_end <= start
    assert all(left <= start and end <= left + width and 0 < y < height for start, end, y in spans)


def span_of(label: ElementTree.Element) -> tuple[int, int, int]:
    """Where a label begins and ends, about, and its height: Chinese characters are 11 wide, letters 6."""
    x, y = int(label.attrib["x"]), int(label.attrib["y"])
    wide = sum(11 if ord(letter) > 0x2E80 else 6 for letter in label.text or "")
    return (x - wide, x, y) if label.attrib.get("text-anchor") == "end" else (x, x + wide, y)


def trap() -> dict[str, Any]:
    return {"zh": "陷", "en": "Trap", "role": ["dispatcher"], "axis": "command", "from": ["filed"], "to": "pit"}


def changed(change: Any) -> dict[str, Any]:
    document = deepcopy(DOCUMENT)
    change(document)
    return document


def test_versions_that_say_the_same_do_not_differ() -> None:
    assert differences(PROCEDURE, replace(PROCEDURE, version=99)) == []


def test_differences_name_what_is_new_what_is_gone_and_what_says_other_things() -> None:
    states, actions = dict(PROCEDURE.states), dict(PROCEDURE.actions)
    gone = states.pop("bundled")
    states["parked"] = replace(gone, code="parked")
    states["filed"] = replace(states["filed"], waits_for=("department",))
    actions["close"] = replace(actions["close"], zh="结束", needs=("note",))
    found = differences(PROCEDURE, replace(PROCEDURE, states=states, actions=actions))
    told = [(one.part.code, one.before is None, one.after is None, one.changed) for one in found]
    assert told == [
        ("filed", False, False, ("waits_for",)),
        ("parked", True, False, ()),
        ("bundled", False, True, ()),
        ("close", False, False, ("zh", "needs")),
    ]
