import random
from datetime import datetime, timedelta

import numpy as np
import pytest

from citygrid.dispatch.learning import columns, recency, selective
from citygrid.dispatch.learning.classifier import learn

BEGIN = datetime(2026, 1, 1)
OLD, NEW = "roads", "parks"  # who handles graffiti, before and after day 60
CHANGE, END = 60, 120


def day_of(number: int, count: int) -> float:
    return END * number / count


def table(days: list[float], seed: int) -> tuple[dict[str, list[str]], list[str]]:
    """Cases of three titles on these days; one of the titles goes to another unit from day CHANGE on."""
    rng = random.Random(seed)
    told: dict[str, list[str]] = {"title": [], "channel": [], "time": []}
    labels = []
    for day in days:
        title = rng.choice(["graffiti", "lamp is dark", "tree has fallen"])
        unit = {"lamp is dark": "lights", "tree has fallen": NEW}.get(title, OLD if day < CHANGE else NEW)
        told["title"].append(title)
        told["channel"].append(rng.choice(["app", "phone"]))
        told["time"].append((BEGIN + timedelta(days=day)).isoformat(timespec="minutes"))
        labels.append(unit if rng.random() > 0.02 else rng.choice([OLD, NEW, "lights"]))
    return told, labels


@pytest.fixture(scope="module")
def changed():
    days = [day_of(number, 5_000) for number in range(5_000)]
    random.Random(7).shuffle(days)
    told, labels = table(days, seed=1)
    readings = columns.decide(told)
    return readings, labels, learn(columns.read(told, readings), labels)


def cases(count: int, *, timed: bool = True) -> list[columns.Case]:
    at = [(BEGIN + timedelta(hours=number)).isoformat() if timed else "" for number in range(count)]
    readings = (columns.Reading("text", "text"), columns.Reading("at", "time"))
    return columns.read({"text": ["a"] * count, "at": at}, readings)


def test_time_tells_only_where_cases_are_many_and_have_one():
    assert recency.days(cases(recency.FEWEST - 1)) is None
    assert recency.days(cases(recency.FEWEST, timed=False)) is None
    told = recency.days(cases(recency.FEWEST))
    assert told[24] - told[0] == pytest.approx(1)


def test_case_without_a_time_counts_as_the_oldest():
    some = [*cases(recency.FEWEST), *cases(9, timed=False)]
    told = recency.days(some)
    assert (told[-9:] == told.min()).all()


def test_newer_half_is_cut_into_stretches_each_judged_by_what_lies_before():
    times = np.random.default_rng(1).permutation(1_000).astype(float)
    parts = recency.stretches(times)
    assert list(np.bincount(parts)) == [500, 100, 100, 100, 100, 100]
    for part in range(1, 6):
        assert times[recency.judges(parts, part)].max() < times[parts == part].min()
    assert (recency.judges(parts, 0) == (parts > 0)).all()


def test_what_is_far_counts_less():
    told = recency.weights(np.array([0.0, 30.0, 60.0, 65.0, 100.0]), 60.0, 70.0)
    assert told == pytest.approx([1 / 3, 1 / 2, 1, 1, 1 / 2])


def test_model_follows_a_change_of_who_handles_what(changed):
    readings, _, learned = changed
    told, labels = table([END + number / 100 for number in range(600)], seed=2)
    answers = learned.model.answers(columns.read(told, readings))
    assert np.mean([answer.label == label for answer, label in zip(answers, labels, strict=True)]) > 0.96
    assert sum(answer.confidence > 0.9 for answer in answers) > 500


def test_answers_show_how_newer_cases_are_judged_by_older_ones(changed):
    _, labels, learned = changed
    assert list(np.bincount(learned.stretches)) == [2_500, 500, 500, 500, 500, 500]
    right = np.array([answer.label == label for answer, label in zip(learned.answers, labels, strict=True)])
    assert right[learned.stretches == 1].mean() < 0.8  # nobody knew of the change yet
    assert right[learned.stretches == 5].mean() > 0.96
    assert (learned.shown == (learned.stretches > 0)).all()


def test_threshold_keeps_the_promise_in_every_stretch():
    rng = np.random.default_rng(3)
    confidence, stretches = rng.random(12_000), np.repeat(np.arange(6), 2_000)
    right = rng.random(12_000) < np.where(stretches == 4, confidence**2, np.sqrt(confidence))  # a bad one
    right[stretches == 0] = False
    labels = ["a"] * 12_000
    threshold = selective.fix(labels, confidence, right, 0.9, stretches)
    for part in range(1, 6):
        sent = (stretches == part) & (confidence >= threshold.common)
        assert selective.holds(int((~right[sent]).sum()), int(sent.sum()), 0.9)
    assert threshold.common > selective.fix(labels[2_000:], confidence[2_000:], right[2_000:], 0.9).common
    assert threshold.of == 10_000
