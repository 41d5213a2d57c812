from itertools import count

import pytest
from django.utils.translation import override

from citygrid.kernel import memo
from citygrid.kernel.memo import kept_a_moment


@pytest.fixture(autouse=True)
def _keep(settings) -> None:
    settings.KEPT_SECONDS = 600


def _counting():
    numbers = count()

    @kept_a_moment
    def read(*args: str, **kwargs: str) -> int:
        return next(numbers)

    return read


def test_answer_is_kept_by_argument_and_language() -> None:
    read = _counting()
    with override("en"):
        assert [read("a"), read("a"), read("b"), read("a", more="c"), read("a")] == [0, 0, 1, 2, 0]
    with override("zh-hans"):
        assert [read("a"), read("a")] == [3, 3]


def test_answer_is_read_anew_after_its_moment(settings) -> None:
    read = _counting()
    settings.KEPT_SECONDS = 0
    assert [read("a"), read("a")] == [0, 1]


def test_nothing_is_kept_of_a_failure() -> None:
    answers = iter([ValueError, "right"])

    @kept_a_moment
    def read() -> str:
        found = next(answers)
        if found is ValueError:
            raise ValueError
        return str(found)

    with pytest.raises(ValueError):
        read()
    assert read() == "right"


def test_memory_is_bounded_and_can_be_emptied(monkeypatch) -> None:
    monkeypatch.setattr(memo, "MOST", 2)
    read = _counting()
    assert [read("a"), read("b"), read("c"), read("a")] == [0, 1, 2, 3]
    memo.forget()
    assert read("c") == 4
