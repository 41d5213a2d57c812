from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from citygrid.desk import errors, queries, services
from citygrid.desk.rules import ALWAYS, USUAL, Keys, unfit
from citygrid.desk.tests.factories import City
from citygrid.kernel import clock
from citygrid.kernel.models import AuditEntry

CODES = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8)
LETTERS = st.sampled_from("abcdefghijklmnopqrstuvwxyz")


def test_usual_letters_are_letters_that_nothing_else_uses() -> None:
    assert set(USUAL.values()) <= set(Keys().letters)
    assert not set("jkmxz") & set(Keys().letters)


def test_same_action_has_the_same_key_beside_any_other_that_wants_another() -> None:
    assert Keys().of_steps([("dispatch", ""), ("return", "")]) == {"dispatch": "d", "return": "n"}
    assert Keys().of_steps([("approve_extend", "approve"), ("decline_extend", "decline")]) == {
        "approve_extend": "y",
        "decline_extend": "n",
    }


def test_chosen_letters_come_first_and_make_room() -> None:
    keys = Keys({"next": "n", "return": "b", "approve": "g"})
    assert keys.always["next"] == "n" and keys.always["previous"] == "k"
    assert keys.of_steps([("return", ""), ("bundle", ""), ("fail_check", ""), ("approve_hang", "approve")]) == {
        "return": "b",
        "bundle": "u",
        "fail_check": "f",
        "approve_hang": "g",
    }
    assert keys.report["refuse"] == "r"


@given(
    st.lists(CODES, unique=True, max_size=20),
    st.dictionaries(st.one_of(CODES, st.sampled_from(sorted(ALWAYS))), LETTERS, max_size=8),
)
def test_no_two_actions_have_one_key(codes: list[str], own: dict[str, str]) -> None:
    if unfit(own):
        return
    keys = Keys(own)
    given = keys.of_steps((code, "") for code in codes)
    assert set(given) == set(codes)
    assert len(set(given.values()) | set(keys.always.values())) == len(codes) + len(ALWAYS)


@pytest.mark.parametrize(
    ("letters", "faults"),
    [
        ({"dispatch": "q"}, set()),
        ({"next": "k", "previous": "j"}, set()),
        ({"next": "k"}, {"next", "previous"}),
        ({"dispatch": "x"}, {"dispatch"}),
        ({"select": "q", "dispatch": "x"}, set()),
        ({"dispatch": "?"}, {"dispatch"}),
        ({"dispatch": ""}, {"dispatch"}),
        ({"next": "é"}, {"next"}),
    ],
)
def test_letters_that_cannot_be_are_named(letters: dict[str, str], faults: set[str]) -> None:
    assert unfit(letters) == faults


def test_letters_are_ones_own_and_recorded(city: City) -> None:
    now = clock.now()
    water = city.actor("water", now)
    services.keep_keys(letters={"dispatch": "q"}, actor=water, now=now)
    services.keep_keys(letters={"reply": "q"}, actor=water, now=now)
    assert queries.keys_of(water).own == {"reply": "q"}
    assert queries.keys_of(city.actor("inspector", now)).own == {}
    assert AuditEntry.objects.filter(subject=f"desk.keys/{water.account_id}", action="choose").count() == 2
    with pytest.raises(errors.KeysUnfit, match="reply"):
        services.keep_keys(letters={"reply": "j"}, actor=water, now=now)


def test_page_offers_the_steps_of_the_post_and_keeps_what_is_chosen(city: City, enter: Callable[..., Client]) -> None:
    page, now = enter("water"), clock.now()
    address = reverse("account")
    fields = set(page.get(address).context["form"].fields)
    assert (
        {"next", "undo", "take", "reply", "extend"} <= fields and "dispatch" not in fields and "refuse" not in fields
    )
    services.keep_keys(letters={"dispatch": "q"}, actor=city.actor("water", now), now=now)
    assert page.post(address, {"reply": "B", "next": ""}).status_code == 302
    assert queries.keys_of(city.actor("water", now)).own == {"dispatch": "q", "reply": "b"}
    refused = page.post(address, {"reply": "j", "take": "1"})
    assert refused.status_code == 422 and set(refused.context["form"].errors) == {"reply", "take"}


def test_page_shows_the_letters_that_are_given(city: City, enter: Callable[..., Client]) -> None:
    fields = enter("acceptor").get(reverse("account")).context["form"].fields
    shown = {code: field.widget.attrs["placeholder"] for code, field in fields.items()}
    assert shown.items() >= (Keys().always | Keys().report).items()
    assert shown["send_to_verify"] == "v" and shown["bundle"] == "b"
