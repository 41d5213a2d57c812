from hypothesis import given
from hypothesis import strategies as st

from citygrid.desk.web.keys import LETTERS, USUAL, keys_for


def test_usual_letters_are_letters_that_nothing_else_uses() -> None:
    assert set(USUAL.values()) <= set(LETTERS)
    assert not set("jkmxz") & set(LETTERS)


def test_same_action_has_the_same_key_beside_any_other_that_wants_another() -> None:
    assert keys_for([("dispatch", ""), ("return", "")]) == {"dispatch": "d", "return": "n"}
    assert keys_for([("approve_extend", "approve"), ("decline_extend", "decline")]) == {
        "approve_extend": "y",
        "decline_extend": "n",
    }


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8), unique=True, max_size=20))
def test_no_two_actions_have_one_key(codes: list[str]) -> None:
    keys = keys_for((code, "") for code in codes)
    assert set(keys) == set(codes)
    assert len(set(keys.values())) == len(codes)
    assert all(key in LETTERS for key in keys.values())
