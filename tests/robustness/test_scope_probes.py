"""Random (post, record) probes: list, shape, detail, count, search, page, API, photo, tile, export, news agree.

It is that of an oracle, which shares no code with what it judges.

CITYGRID_PROBES=100000 probes more often, CITYGRID_FUZZ_SEED elsewhere.
"""

import io
import os
import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from math import asinh, pi, radians, tan
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from citygrid.access.models import ApiToken, Holding
from citygrid.access.rules import token_hash
from citygrid.cases import queries as cases
from citygrid.cases.models import Case
from citygrid.cases.tests.test_tiles import shown
from citygrid.evidence import queries as evidence
from citygrid.evidence.registry import owners
from citygrid.geography.queries import Tile, vicinity
from citygrid.geography.tests.factories import SOUTH, WEST
from citygrid.intake import queries as intake
from citygrid.intake.models import Report
from citygrid.inventory import queries as inventory
from citygrid.kernel import bell, clock
from citygrid.kernel.actor import Actor
from citygrid.kernel.downloads import TYPES
from citygrid.kernel.errors import NotFound, NotPermitted
from citygrid.live import queries as live
from tests.robustness.throng import Seat, Thing, Throng, attach_photos, make_throng

PROBES = int(os.environ.get("CITYGRID_PROBES", "10000"))
SEED = int(os.environ.get("CITYGRID_FUZZ_SEED", "7"))
SEATS, CASES, REPORTS, COMPONENTS = 52, 240, 160, 120
# Of how many probes one also asks by HTTP, which costs more.
EVERY = {"api": 8, "page": 40, "photo": 8, "export": 40}
ALL = 10_000
EVERYWHERE = vicinity(f"POINT({WEST} {SOUTH})", 5_000)
FAR, NEAR = 10, 16  # zooms where the map counts cases, and where it draws them


def tile_of(zoom: int) -> Tile:
    """The tile in which all cases lie."""
    size, lat = 2**zoom, radians(SOUTH + 0.001)
    return Tile(zoom, int(size * (WEST + 0.001 + 180) / 360), int(size * (1 - asinh(tan(lat)) / pi) / 2))


@pytest.fixture
def throng(db: None, settings: Any) -> Throng:
    settings.ANONYMOUS_PER_MINUTE = 10_000_000
    return make_throng(random.Random(SEED), SEATS, CASES, REPORTS, COMPONENTS)


def is_found(ask: Callable[[], Any]) -> bool:
    """Whether the record is there for the one who asks."""
    try:
        return ask() is not None
    except (NotFound, NotPermitted):
        return False


def ids(ask: Callable[[], Any]) -> set[Any]:
    try:
        return {row.pk for row in ask()}
    except NotPermitted:
        return set()


LISTS: dict[str, Callable[[Actor, str], Any]] = {  # with words to search for, or ""
    "case": lambda actor, words: cases.cases(actor, cases.CaseFilter(words=words), clock.now(), count=ALL),
    "report": lambda actor, words: intake.reports(actor, intake.ReportFilter(words=words), count=ALL),
    "component": lambda actor, words: inventory.components(actor, inventory.ComponentFilter(words=words), count=ALL),
}
DETAILS: dict[str, Callable[[Any, Actor], Any]] = {
    "case": cases.case,
    "report": intake.report,
    "component": inventory.component,
}
COUNTS: dict[str, Callable[[Actor], int]] = {
    "case": lambda actor: cases.total(actor, cases.CaseFilter(), clock.now(), ALL),
    "component": inventory.count,
}


class Prober:
    """What each seat sees by each way of asking."""

    def __init__(self, throng: Throng, folder: Path) -> None:
        self.throng, self.folder = throng, folder
        self.drawn, self.told, self.inside = cache(self._drawn), cache(self._told), cache(self._inside)
        self.lists = cache(self._list)
        self.program, self.browser = cache(self._program), cache(self._browser)
        self.numbers = dict(Case.objects.unscoped(reason="test").values_list("pk", "number"))
        self.receipts = dict(Report.objects.unscoped(reason="test").values_list("pk", "receipt"))
        self.hidden = cache(self._hidden)

    def _list(self, place: int, kind: str) -> set[Any]:
        actor = self.throng.seats[place].actor
        return ids(lambda: LISTS[kind](actor, "")) if actor else set()

    def _program(self, place: int) -> Client:
        seat, key = self.throng.seats[place], f"key {place}"
        holding = Holding.objects.get(account=seat.account, post=seat.post)
        now = clock.now()
        ApiToken.objects.create(
            holding=holding,
            name="probe",
            key_hash=token_hash(key),
            scopes=["cases.case:view", "cases.case:act", "intake.report:view"],
            issued_at=now,
            expires_at=now + timedelta(days=1),
        )
        return Client(headers={"Authorization": f"Bearer {key}", "Accept-Language": "en"})

    def _browser(self, place: int) -> Client:
        client = Client(headers={"Accept": "text/html"})
        client.force_login(self.throng.seats[place].account)
        return client

    # Ways of asking: whether the thing is seen there.

    def by_list(self, place: int, thing: Thing) -> bool:
        return thing.id in self.lists(place, thing.kind)

    def by_detail(self, place: int, thing: Thing) -> bool:
        actor = self.throng.seats[place].actor
        return actor is not None and is_found(lambda: DETAILS[thing.kind](thing.id, actor))

    def by_words(self, place: int, thing: Thing) -> bool:
        actor = self.throng.seats[place].actor
        return actor is not None and ids(lambda: LISTS[thing.kind](actor, thing.word)) == {thing.id}

    def by_number(self, place: int, thing: Thing) -> bool:
        """By its number or receipt."""
        actor = self.throng.seats[place].actor
        number = {"case": self.numbers, "report": self.receipts}.get(thing.kind, {}).get(thing.id, thing.id)
        return actor is not None and thing.id in ids(lambda: LISTS[thing.kind](actor, number))

    def by_api(self, place: int, thing: Thing) -> bool:
        """A case by the API; what is hidden is answered like what is not there, word for word."""
        client = self.program(place)
        verdicts = set()
        for path in ("", "/actions"):
            answer = client.get(f"/api/v1/cases/{thing.id}{path}")
            verdicts.add(answer.status_code == 200)
            if answer.status_code != 200:
                assert (answer.status_code, answer.content) == self.hidden(place, path)
        step = client.post(f"/api/v1/cases/{thing.id}/steps", {"action": "nothing"}, "application/json")
        verdicts.add(step.json()["code"] == "workflow.unknown_action")
        assert len(verdicts) == 1, "detail, actions and steps differ"
        return verdicts.pop()

    def _hidden(self, place: int, path: str) -> tuple[int, bytes]:
        answer = self.program(place).get(f"/api/v1/cases/{uuid4()}{path}")
        return answer.status_code, answer.content

    def by_page(self, place: int, thing: Thing) -> bool:
        """The page of a case or report, and the search for its number."""
        client = self.browser(place)
        number = self.numbers[thing.id] if thing.kind == "case" else self.receipts[thing.id]
        page = reverse(thing.kind, args=[number if thing.kind == "case" else thing.id])
        answer = client.get(page)
        if answer.status_code == 200:
            self.follow_links(client, answer.content.decode())
        else:
            assert thing.word not in answer.content.decode()
        sought = client.get(reverse("search"), {"q": number})
        is_case_reader = sought.status_code == 302 and "/search/" not in sought["Location"]
        if is_case_reader and "sign-in" not in sought["Location"] and "choose" not in sought["Location"]:
            assert (sought["Location"] == page) == (answer.status_code == 200), answer.content.decode()[-1500:]
        return answer.status_code == 200

    def follow_links(self, client: Client, drawn: str) -> None:
        """Links of a page lead nowhere that is closed to its reader."""
        for link in set(re.findall(r'href="(/(?:cases|reports)/[^"?#]+/)"', drawn)):
            assert client.get(link).status_code == 200, link

    def by_tile(self, place: int, thing: Thing) -> bool:
        """On the map, where cases are drawn one by one."""
        return self.numbers[thing.id] in self.drawn(place)

    def _drawn(self, place: int) -> set[str]:
        actor = self.throng.seats[place].actor
        points = self._layer(actor, NEAR, "cases") if actor else []
        return {point["number"] for point in points}

    def by_shape(self, place: int, thing: Thing) -> bool:
        """Inside a shape that was drawn around all cases."""
        return thing.id in self.inside(place)

    def _inside(self, place: int) -> set[Any]:
        actor, wanted = self.throng.seats[place].actor, cases.CaseFilter(within=EVERYWHERE)
        return ids(lambda: cases.cases(actor, wanted, clock.now(), count=ALL)) if actor else set()

    def on_map(self, place: int) -> int:
        """How many cases the map counts, where it counts."""
        actor = self.throng.seats[place].actor
        return sum(cell["cases"] for cell in self._layer(actor, FAR, "cells")) if actor else 0

    def _layer(self, actor: Actor, zoom: int, layer: str) -> list[dict[str, Any]]:
        if not actor.may("cases.case:view"):
            return []
        tile = cases.tile(actor, tile_of(zoom), cases.CaseFilter(), clock.now())
        return shown(tile, self.folder).get(layer, [])

    def by_news(self, place: int, thing: Thing) -> bool:
        """By what an open page is told when the case changes; all seats are asked for at once, as the process does."""
        return self.told(thing.id)[place]

    def _told(self, case_id: Any) -> dict[int, bool]:
        seats = [place for place, seat in enumerate(self.throng.seats) if seat.actor]
        news = live.news(bell.CASES, [str(case_id)], [self.throng.seats[place].actor for place in seats])
        return dict.fromkeys(range(len(self.throng.seats)), False) | dict(zip(seats, map(bool, news), strict=True))

    def by_export(self, place: int, thing: Thing) -> bool:
        """In the workbook of the list, searched for as there."""
        answer = self.browser(place).get(reverse("cases-file"), {"words": thing.word})
        if answer.status_code != 200 or answer["Content-Type"] != TYPES["xlsx"]:
            return False
        rows = load_workbook(io.BytesIO(answer.content), read_only=True).worksheets[0].values
        return self.numbers[thing.id] in {row[0] for row in rows}

    def by_photo(self, place: int, media_id: Any) -> bool:
        answer = self.browser(place).get(reverse("evidence-thumbnail", args=[media_id]))
        if hasattr(answer, "streaming_content"):
            b"".join(answer.streaming_content)  # to the end, which closes the file
        actor = self.throng.seats[place].actor
        is_there = actor is not None and is_found(lambda: evidence.media(media_id, actor))
        assert is_there == (answer.status_code == 200)
        return is_there


def test_every_way_of_asking_gives_the_verdict_of_the_documents(throng: Throng, tmp_path: Path) -> None:
    rng, prober, asked = random.Random(SEED), Prober(throng, tmp_path), Counter[str]()
    wrong: list[tuple[str, str, str, str]] = []

    def judge(way: str, seat: Seat, thing: Thing, seen: bool, expected: bool) -> None:
        asked[way] += 1
        if seen != expected:
            what = f"{thing.kind} {thing.area} {thing.category} {thing.unit}"
            wrong.append((way, "LEAK" if seen else "missing", f"{seat.post.role} {seat.post.areas} {seat.why}", what))

    photos, by_http = _photos(throng), {"api": prober.by_api, "export": prober.by_export}
    for number in range(PROBES):
        place, thing = rng.randrange(len(throng.seats)), rng.choice(throng.things)
        seat = throng.seats[place]
        expected = throng.may_see(seat, thing)
        ways = {"list": prober.by_list, "detail": prober.by_detail}
        ways |= {"words": prober.by_words} if number % 2 else {"number": prober.by_number}
        if thing.kind == "case":
            ways |= {"tile": prober.by_tile, "news": prober.by_news, "shape": prober.by_shape}
            ways |= {way: ask for way, ask in by_http.items() if number % EVERY[way] == 0}
        if thing.kind != "component" and number % EVERY["page"] == 1:
            ways["page"] = prober.by_page
        for way, ask in ways.items():
            judge(way, seat, thing, ask(place, thing), expected)
        if photos and number % EVERY["photo"] == 0:
            media_id, owner = rng.choice(photos)
            judge("photo", seat, owner, prober.by_photo(place, media_id), throng.may_see(seat, owner))
    print(f"{PROBES} probes, {sum(asked.values())} answers: {dict(asked)}")
    assert wrong == []
    ways = ("list", "detail", "words", "number", "api", "page", "photo", "tile", "news", "shape", "export")
    assert all(asked[way] for way in ways)


def _photos(throng: Throng) -> list[tuple[Any, Thing]]:
    """Photos on things of those kinds that take photos."""
    kinds = {
        kind: key for key in owners.all() for kind in ("case", "report") if key.startswith(f"{kind}s.") or kind in key
    }
    return list(attach_photos([thing for thing in throng.things if thing.kind in kinds][::3], kinds).items())


def test_every_list_and_count_holds_all_that_is_seen_and_no_more(throng: Throng, tmp_path: Path) -> None:
    prober = Prober(throng, tmp_path)
    seen = Counter[str]()
    for place, seat in enumerate(throng.seats):
        assert (seat.actor is None) == bool(seat.why)
        for kind in LISTS:
            expected = {thing.id for thing in throng.of(kind) if throng.may_see(seat, thing)}
            assert prober.lists(place, kind) == expected, (seat.post.role, seat.post.areas)
            seen[kind] += len(expected)
            if seat.actor and expected and kind in COUNTS:
                assert COUNTS[kind](seat.actor) == len(expected)
            if kind == "case":
                assert prober.on_map(place) == len(expected)
        listed = prober.program(place).get("/api/v1/cases", {"count": 200}).json()
        if isinstance(listed, list):
            assert {row["id"] for row in listed} <= {str(each) for each in prober.lists(place, "case")}
            assert len(listed) == min(200, len(prober.lists(place, "case")))
        else:
            assert prober.lists(place, "case") == set()
    assert min(seen.values()) > 100


def test_pages_lead_only_where_their_reader_may_go(throng: Throng, tmp_path: Path) -> None:
    prober = Prober(throng, tmp_path)
    for place, seat in enumerate(throng.seats):
        if seat.actor is None or not seat.actor.may("intake.report:view"):
            continue
        client = prober.browser(place)
        for address in ("reports", "cases", "home"):
            drawn = client.get(reverse(address)).content.decode()
            told = [pk for pk, number in prober.numbers.items() if number in drawn]
            assert set(told) <= prober.lists(place, "case"), (address, seat.post.role, seat.post.areas)
