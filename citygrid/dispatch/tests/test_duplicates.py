"""The pure part: signs, choices, chances, and the command on a small table."""

import csv
import json
from itertools import pairwise

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from citygrid.dispatch.learning.duplicates.matters import Matter, Matters, grams
from citygrid.dispatch.learning.duplicates.model import Choice, Model, learn
from citygrid.dispatch.learning.duplicates.signs import HEAP, NAMES, is_heap, likeness, signs
from citygrid.dispatch.learning.duplicates.tables import Candidates, named_in

HOUR, DAY = 3600.0, 86_400.0
METRE = 1 / 111_195  # of latitude, in degrees
SEVEN = Model(dict.fromkeys(NAMES, 0.0) | {"distance": -1.0, "words": 2.0, "open": 1.0}, none=1.0)


def matter(north=0.0, at=0.0, text="路灯不亮", category="lamp", ended=None) -> Matter:
    return Matter(116.4, 39.9 + north * METRE, at, category, text, ended)


def of(*rows: Matter):
    """Signs by name of all but the first, for being the same as the first."""
    told = signs(Matters.of(rows), 0, np.arange(1, len(rows)))
    return [dict(zip(NAMES, row, strict=True)) for row in told.tolist()]


def test_signs_say_where_when_what_and_in_which_words():
    near, far = of(
        matter(at=10 * DAY), matter(12, at=8 * DAY), matter(100, at=0, text="垃圾满了", category="bin", ended=9 * DAY)
    )
    assert near["distance"] == pytest.approx(np.log(12 + 5), abs=0.01)
    assert near["age"] == pytest.approx(np.log1p(48))
    assert (near["category"], near["open"], near["words"]) == (1, 1, pytest.approx(1))
    assert (far["category"], far["open"], far["words"]) == (0, 0, 0)
    assert far["ended"] == pytest.approx(np.log1p(24))


def test_what_ended_later_counts_as_open():
    (sign,) = of(matter(at=2 * DAY), matter(at=DAY, ended=3 * DAY))
    assert (sign["open"], sign["ended"]) == (1, 0)


def test_first_report_of_a_place_follows_nobody():
    first, second, elsewhere = of(matter(at=9 * DAY), matter(at=DAY), matter(10, at=2 * DAY), matter(80, at=3 * DAY))
    assert (first["follows"], second["follows"], elsewhere["follows"]) == (0, pytest.approx(np.log(2)), 0)


def test_words_common_at_a_place_count_less():
    rows = (
        [matter(text="broken lamp at the school")]
        + [matter(text="noise at the school")] * 9
        + [matter(text="lamp broken")]
    )
    words = likeness(Matters.of(rows), 0, np.arange(1, len(rows)))
    assert words[-1] > words[0]


@given(st.text(), st.text())
def test_likeness_is_symmetric_and_between_nothing_and_the_same(one, other):
    there = likeness(Matters.of([matter(text=one), matter(text=other)]), 0, np.array([1]))[0]
    back = likeness(Matters.of([matter(text=other), matter(text=one)]), 0, np.array([1]))[0]
    assert 0 <= there <= 1 + 1e-9
    assert there == pytest.approx(back)
    if grams(one).tolist() == grams(other).tolist() != []:
        assert there == pytest.approx(1)


@pytest.mark.parametrize("text", ["", " \n", "🙂" * 9, "a" * 1_000_000, "\ud800", "..."])
def test_any_text_is_compared(text):
    assert np.isfinite(likeness(Matters.of([matter(text=text), matter(text=text)]), 0, np.array([1]))).all()


numbers = st.floats(-50, 50, allow_nan=False)


@given(st.lists(st.tuples(*[numbers] * len(NAMES)), max_size=30))
def test_chances_are_shares_that_leave_room_for_none(rows):
    scores = SEVEN.scores(np.array(rows).reshape(-1, len(NAMES)))
    chances = SEVEN.chances(scores)
    assert (chances >= 0).all()
    assert chances.sum() <= 1 + 1e-9
    order = np.argsort(scores)
    assert all(chances[a] <= chances[b] for a, b in pairwise(order))


@settings(max_examples=5, deadline=None)
@given(st.floats(-2, 2), st.floats(-2, 2))
def test_learning_finds_the_weights_that_people_chose_by(distance, words):
    rng = np.random.default_rng(3)
    truth = np.zeros(len(NAMES))
    truth[NAMES.index("distance")], truth[NAMES.index("words")] = distance, words
    choices = []
    for _ in range(1_000):
        rows = rng.normal(size=(4, len(NAMES)))
        choices.append(Choice(rows, int((rows @ truth + rng.gumbel(size=4)).argmax())))
    found = learn(choices).weights
    assert [found[name] for name in NAMES] == pytest.approx(truth, abs=0.3)


def test_chance_is_the_share_of_reports_that_were_the_same():
    rows = np.zeros((1, len(NAMES)))
    model = learn([], [Choice(rows, 0, 3.0), Choice(rows, -1, 7.0)])
    assert model.chances(model.scores(rows))[0] == pytest.approx(0.3, abs=0.01)


def test_nothing_to_learn_from_gives_a_model_that_says_nothing():
    assert set(learn([]).weights.values()) == {0.0}


def test_heap_is_many_strange_matters_on_one_point():
    def heaped(count, north=0.0):
        rows = [matter(text="噪音扰民")] + [
            matter(north, text=f"第{n}件 {chr(0x4E00 + 97 * n) * 9}") for n in range(count)
        ]
        rows.append(matter(north, text="噪音扰民很久"))
        others = np.arange(1, len(rows))
        matters = Matters.of(rows)
        return is_heap(matters, 0, others, likeness(matters, 0, others))

    assert heaped(HEAP)[:-1].all()
    assert not heaped(HEAP)[-1]
    assert not heaped(HEAP - 1).any()
    assert not heaped(HEAP, north=3).any()


def test_candidates_are_earlier_near_and_not_too_old():
    rows = [
        matter(at=100 * DAY),
        matter(240, at=99 * DAY),
        matter(260, at=99 * DAY),
        matter(at=9 * DAY),
        matter(at=11 * DAY),
        matter(at=101 * DAY),
        Matter(float("nan"), float("nan"), 99 * DAY, "lamp", "x"),
    ]
    known = Candidates(Matters.of(rows))
    assert sorted(known.of(0)) == [1, 4]
    assert not len(known.of(6))


def test_pairs_are_read_from_closing_notes():
    notes = [
        "",
        "Case Closed. Duplicate of existing case 10100001.",
        "Fixed, see 10100001",
        "重复，见 10100003",
        "Duplicate.",
    ]
    assert named_in(notes, [f"1010000{n}" for n in range(1, 6)]) == {1: 0, 3: 2}


def table(path, day_of_label=0):
    """Forty places far apart; at each a case, an old one beside it, and a duplicate that names the first."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["service_request_id", "lat", "long", "requested_datetime", "description", "service_name", "status_notes"]
        )
        for place in range(40):
            day = f"2024-01-{place % 28 + 1:02d}" if place < 30 else f"2024-03-{place % 28 + 1:02d}"
            lat = 39 + place / 50
            writer.writerow([f"{place:05d}1", lat, 116.4, f"{day} 08:00:00", "light is broken", "lamp", ""])
            writer.writerow(
                [f"{place:05d}2", lat + 9 * METRE, 116.4, f"{day} 09:00:00", "much noise here", "noise", ""]
            )
            note = f"Duplicate of {place:05d}1" if place < 30 or not day_of_label else "Duplicate of 000012"
            writer.writerow(
                [f"{place:05d}3", lat + 12 * METRE, 116.4, f"{day} 12:00:00", "a broken light", "lamp", note]
            )


def ranked(folder, day_of_label=0):
    table(folder / "data.csv", day_of_label)
    call_command(
        "evaluate_duplicates",
        *("--data", str(folder / "data.csv"), "--from", "2024-02-15", "--out", str(folder / "ranks.csv")),
        *("--model", str(folder / "model.json")),
    )
    with (folder / "ranks.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_command_ranks_what_came_before_by_what_was_learned_earlier(tmp_path, capsys):
    rows = ranked(tmp_path)
    first = {}
    for row in rows:
        first.setdefault(row["id"], row["candidate_id"])
    asked = [one for one in first if one.endswith("3")]
    assert len(asked) == 10
    assert all(first[one] == f"{one[:-1]}1" for one in asked)
    assert json.loads((tmp_path / "model.json").read_text())["about"]["named_pairs"] == 30


def test_command_reads_no_label_from_the_day_on(tmp_path, capsys):
    assert ranked(tmp_path) == ranked(tmp_path, day_of_label=1)


def test_command_asks_for_pairs_where_there_are_no_notes(tmp_path, capsys):
    path = tmp_path / "data.csv"
    path.write_text(
        "service_request_id,lat,long,requested_datetime,description,service_name\n1,1,1,2024-01-01 00:00:00,a,b\n"
    )
    with pytest.raises(CommandError, match="--pairs"):
        call_command(
            "evaluate_duplicates", "--data", str(path), "--from", "2024-02-15", "--out", str(tmp_path / "out.csv")
        )
