from hypothesis import given
from hypothesis import strategies as st

from citygrid.live.rules import COUNTS, MOST_WAITING, REFRESH, Outbox, event


def test_event_is_kind_and_one_line_of_json() -> None:
    assert event("case", number="1", label="王\n某") == 'event: case\ndata: {"number": "1", "label": "王\\n某"}\n\n'


@given(st.text())
def test_no_text_ends_an_event_before_its_end(text: str) -> None:
    told = event("case", text=text)
    assert told.count("\n") == 3 and "\r" not in told


def test_events_are_taken_once_in_their_order() -> None:
    box = Outbox()
    box.put("a")
    box.put("b")
    assert (box.take(), box.take()) == ("ab", "")


def test_hint_that_waits_already_is_not_repeated() -> None:
    box = Outbox()
    for text in (COUNTS, "a", COUNTS, "a"):
        box.put(text)
    assert box.take() == f"{COUNTS}aa"


def test_page_that_takes_nothing_is_told_to_ask_anew_instead() -> None:
    box = Outbox()
    box.put_state("who is here")
    for number in range(MOST_WAITING + 5):
        box.put(str(number))
    assert box.take() == f"{REFRESH}201202203204who is here"


def test_state_is_the_last_one() -> None:
    box = Outbox()
    for state in ("one", "two"):
        box.put_state(state)
    assert (box.take(), box.take()) == ("two", "")
