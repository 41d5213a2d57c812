from uuid import uuid4

import pytest

from citygrid.dispatch.choices import SENT, Conclusion, Outcome
from citygrid.dispatch.learning.watching import enough, judge, wilson
from citygrid.dispatch.rules import Answer, Likely, Receiver, choose, hindrance

ONE, OTHER = uuid4(), uuid4()
FIT = Receiver(is_active=True, can_take=True, is_away=False, is_full=False)


def says(unit, confidence, threshold=0.9):
    return Answer("abc", confidence, threshold, (Likely(str(unit), confidence),))


@pytest.mark.parametrize(
    ("outcome", "unit", "answer", "conclusion", "sent_to"),
    [
        (Outcome.UNIQUE, ONE, None, Conclusion.SENT_BY_RULES, ONE),
        (Outcome.UNIQUE, ONE, says(ONE, 0.99), Conclusion.SENT_BY_RULES, ONE),
        (Outcome.UNIQUE, ONE, says(OTHER, 0.99), Conclusion.DISAGREE, None),
        (Outcome.UNIQUE, ONE, says(OTHER, 0.5), Conclusion.DISAGREE, None),  # not sure enough to send, yet it speaks
        (Outcome.UNIQUE, ONE, says(OTHER, 0.49), Conclusion.SENT_BY_RULES, ONE),  # more likely wrong than right
        (Outcome.TIE, None, says(ONE, 1.0), Conclusion.TIE, None),
        (Outcome.INACTIVE_UNIT, None, says(ONE, 1.0), Conclusion.UNIT_CLOSED, None),
        (Outcome.NONE, None, None, Conclusion.SILENT, None),
        (Outcome.NONE, None, says(ONE, 0.89), Conclusion.NOT_SURE, None),
        (Outcome.NONE, None, says(ONE, 0.9), Conclusion.SENT_BY_MODEL, ONE),
        (Outcome.NONE, None, says(ONE, 0.0, threshold=2.0), Conclusion.NOT_SURE, None),  # strange: never sent
    ],
)
def test_what_is_sent_by_itself(outcome, unit, answer, conclusion, sent_to):
    assert choose(outcome, unit, answer) == (conclusion, sent_to)
    assert (sent_to is not None) == (conclusion in SENT)


@pytest.mark.parametrize(
    ("changed", "conclusion"),
    [
        ({}, None),
        ({"is_on": False}, Conclusion.SWITCHED_OFF),
        ({"is_manual": True}, Conclusion.MANUAL_CATEGORY),
        ({"receiver": None}, Conclusion.UNIT_CLOSED),
        ({"receiver": Receiver(False, True, False, False)}, Conclusion.UNIT_CLOSED),
        ({"receiver": Receiver(True, False, False, False)}, Conclusion.UNIT_NOT_THERE),
        ({"receiver": Receiver(True, True, True, False)}, Conclusion.UNIT_AWAY),
        ({"receiver": Receiver(True, True, False, True)}, Conclusion.UNIT_FULL),
    ],
)
def test_what_stands_in_the_way(changed, conclusion):
    assert hindrance(**{"is_on": True, "is_manual": False, "receiver": FIT, **changed}) == conclusion


def test_an_answer_is_kept_as_it_was():
    answer = Answer("abc", 0.75, 0.9, (Likely("x", 0.75, ("路灯",)), Likely("y", 0.25)))
    assert Answer.of_data(answer.as_data()) == answer


def test_the_interval_of_a_share():
    # R: prop.test(90, 100, correct = FALSE)$conf.int
    found = wilson(90, 100)
    assert (found.low, found.high) == (pytest.approx(0.8256343, abs=1e-6), pytest.approx(0.9447708, abs=1e-6))
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0, 1)


@pytest.mark.parametrize(
    ("weeks", "kept", "broken", "looked_at"),
    [
        ([(20, 20)], False, False, 1),  # all right, and too few to prove it
        ([(600, 600)], True, False, 1),
        ([(12, 20)], False, True, 1),  # few, and they disprove it
        ([(580, 600)], False, True, 1),  # enough, and they do not prove it
        ([(200, 200), (200, 200), (100, 100), (0, 900)], True, False, 3),  # older weeks are not looked at
        ([(160, 200), (400, 400)], False, True, 2),
        ([], False, False, 0),
    ],
)
def test_a_promise_is_kept_broken_or_open(weeks, kept, broken, looked_at):
    found = judge(weeks, 0.97)
    assert (found.is_kept, found.is_broken, found.weeks) == (kept, broken, looked_at)


def test_enough_cases_can_prove_a_promise_with_half_of_the_errors_it_allows():
    for promise in (0.9, 0.95, 0.97, 0.99):
        of = enough(promise)
        assert wilson(round(of * (1 + promise) / 2), of).low == pytest.approx(promise, abs=0.005)
