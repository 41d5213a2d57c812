"""The hub without a database: who is told, how often it is asked, what happens where it cannot be."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError

from citygrid.kernel import bell
from citygrid.kernel.actor import Actor, Axis, Reach
from citygrid.live import queries, rules
from citygrid.live.errors import NoMoreStreams, TooManyStreams
from citygrid.live.web.hub import Hub, Stream


def post(area: str = "900001", label: str = "王某") -> Actor:
    """Somebody of an account of their own."""
    reach, axis = Reach(areas=(area,)), Axis.COMMAND
    return Actor("dispatcher", axis, reach, frozenset(), label, account_id=uuid4(), post_id=uuid4())


class Desk:
    """A hub whose questions are noted, and answered with their area."""

    def __init__(self) -> None:
        self.asked: list[tuple[list[str], list[str]]] = []
        self.is_down = False
        self.hub = Hub(self.news)

    async def news(self, topic: str, ids: list[str], actors: list[Actor]) -> list[list[str]]:
        areas = [actor.reach.areas[0] for actor in actors]
        self.asked.append((ids, areas))
        if self.is_down:
            raise OperationalError
        return [[area] for area in areas]

    def enter(self, actor: Actor, case: str = "") -> Stream:
        stream = Stream(actor, case)
        self.hub.enter(stream)
        return stream


def run(play: Callable[[Desk], Coroutine[Any, Any, None]]) -> Desk:
    """Play with a hub that distributes cases all the while."""

    async def played() -> Desk:
        desk = Desk()
        work = asyncio.create_task(desk.hub.distribute(bell.CASES))
        await play(desk)
        work.cancel()
        return desk

    # On a thread of its own: where a browser was driven before, this one has a loop already.
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, played()).result()


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(queries.TOPICS, bell.CASES, queries.TOPICS[bell.CASES]._replace(seconds=0.01))


def test_posts_that_are_alike_are_asked_for_once_and_what_comes_together_too() -> None:
    async def play(desk: Desk) -> None:
        alike, other = [desk.enter(post()), desk.enter(post())], desk.enter(post("900002"))
        for each in ("one", "two", "one"):
            desk.hub.ring(bell.CASES, [each])
        assert [await stream.take(1) for stream in (*alike, other)] == ["900001", "900001", "900002"]

    [(ids, areas)] = run(play).asked
    assert (ids, sorted(areas)) == (["one", "two"], ["900001", "900002"])


def test_database_that_does_not_answer_makes_pages_ask_anew_and_the_next_change_is_told() -> None:
    async def play(desk: Desk) -> None:
        stream = desk.enter(post())
        desk.is_down = True
        desk.hub.ring(bell.CASES, ["one"])
        assert await stream.take(1) == rules.REFRESH
        desk.is_down = False
        desk.hub.ring(bell.CASES, ["two"])
        assert await stream.take(1) == "900001"

    run(play)


def test_page_that_left_is_told_nothing_and_nobody_is_asked_for() -> None:
    async def play(desk: Desk) -> None:
        stream = desk.enter(post())
        desk.hub.leave(stream)
        desk.hub.ring(bell.CASES, ["one"])
        assert await stream.take(0.1) == ""

    assert run(play).asked == []


def test_bounds_are_of_an_account_and_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_STREAMS", rules.MOST_OF_ACCOUNT + 1)

    async def play(desk: Desk) -> None:
        one = post()
        for _ in range(rules.MOST_OF_ACCOUNT):
            desk.enter(one)
        with pytest.raises(TooManyStreams):
            desk.enter(replace(one, post_id=uuid4()))
        desk.enter(post())
        with pytest.raises(NoMoreStreams):
            desk.enter(post())

    run(play)


def test_presence_is_told_in_the_language_of_the_page() -> None:
    async def play(desk: Desk) -> None:
        words = (("王某 (值班长)", "王某 (Shift leader)"), ("李某 (受理员)", "李某 (Acceptor)"))
        pages = [Stream(post(), "1", language, each) for language, each in zip(("en", "zh-hans"), words, strict=True)]
        for page in pages:
            desk.hub.enter(page)
        told = [await page.take(1) for page in pages]
        assert told == [rules.event("present", case="1", labels=[label]) for label in (words[1][1], words[0][0])]

    run(play)


def test_presence_is_of_one_case_and_names_nobody_twice() -> None:
    async def play(desk: Desk) -> None:
        wang, li = post(label="王某"), post(label="李某")
        first = desk.enter(wang, "1")
        assert await first.take(1) == rules.event("present", case="1", labels=[])
        for actor, case in ((li, "1"), (li, "1"), (wang, "1"), (post(label="赵某"), "2"), (post(), "")):
            last = desk.enter(actor, case)
        assert await first.take(1) == rules.event("present", case="1", labels=["李某"])
        assert await last.take(0.05) == ""

    run(play)


def test_crews_of_one_unit_are_asked_for_apart() -> None:
    unit = frozenset({uuid4()})
    crews = [replace(post(), role="crew", reach=Reach(areas=("900001",), units=unit)) for _ in range(2)]
    alike = queries.TOPICS[bell.CASES].alike
    assert alike(crews[0]) != alike(crews[1])
    assert alike(crews[0]) == alike(replace(crews[0], account_id=uuid4()))
    assert alike(post()) == alike(post())
