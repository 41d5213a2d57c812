"""The map: what its page begins from, and the parts the server draws for it."""

import io
import json
import re
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpResponse
from django.urls import reverse
from openpyxl import load_workbook

from citygrid.access.tests import factories as access
from citygrid.desk.tests.factories import City, make_cases
from citygrid.geography.tests.factories import SIDE, SOUTH, WEST
from citygrid.kernel import clock
from citygrid.ui.middleware import HeadersMiddleware


def island(answer: Any) -> Any:
    found = re.search(r'<script[^>]*type="application/json">(.*?)</script>', answer.content.decode(), re.DOTALL)
    assert found
    return json.loads(found[1])


def test_map_begins_with_the_areas_of_the_post(city: City, enter) -> None:
    post = access.make_post("street_officer", organisation=city.water, areas=["900001002"])
    city.accounts["street"] = access.make_account("street", posts=[post])
    for login, codes, columns in (("shift_leader", ["900001"], (0, 4)), ("street", ["900001002"], (2, 4))):
        begun = island(enter(login).get(reverse("map")))
        west, east = (WEST + column * SIDE for column in columns)
        assert begun["reach"] == codes
        assert begun["extent"] == pytest.approx([west, SOUTH, east, SOUTH + SIDE])


def test_map_of_a_post_that_reaches_everything_begins_with_every_district(city: City, enter) -> None:
    post = access.make_post("shift_leader", organisation=city.water, areas=[""])
    city.accounts["everywhere"] = access.make_account("everywhere", posts=[post])
    begun = island(enter("everywhere").get(reverse("map")))
    assert (begun["reach"], begun["extent"][0]) == ([], pytest.approx(WEST))


def test_card_tells_of_a_case_the_post_sees_and_of_no_other(city: City, enter) -> None:
    case = make_cases(city, clock.now() - timedelta(minutes=5), 1)[0]
    address = reverse("map-card", args=[case.number])
    told = enter("shift_leader").get(address).content.decode()
    assert reverse("case", args=[case.number]) in told
    assert case.address in told
    assert "<html" not in told
    assert enter("water").get(address).status_code == 404


def test_tree_offers_the_layers_of_the_city_and_components_to_who_may_see_them(city: City, enter) -> None:
    post = access.make_post("street_officer", organisation=city.water, areas=["900001002"])
    city.accounts["street"] = access.make_account("street", posts=[post])
    offered = {login: enter(login).get(reverse("map")).content.decode() for login in ("shift_leader", "street")}
    assert all('value="layer road"' in page for page in offered.values())
    sees = {login: 'value="components"' in page for login, page in offered.items()}
    assert sees == {"shift_leader": True, "street": False}


def test_pictures_come_from_here_alone(rf) -> None:
    answer = HeadersMiddleware(lambda request: HttpResponse())(rf.get("/"))
    assert "img-src 'self' data: blob:;" in answer["Content-Security-Policy"]


def box(west: float, east: float) -> dict[str, float]:
    """The four sides of a box, so many sides of a community east of the district's corner."""
    return {"west": WEST + west * SIDE, "south": SOUTH, "east": WEST + east * SIDE, "north": SOUTH + SIDE}


def listed(answer: Any) -> list[str]:
    assert answer.status_code == 200
    return re.findall(r'data-number="([^"]+)"', answer.content.decode())


def test_list_tells_of_the_cases_in_the_box_that_the_filter_leaves(city: City, enter) -> None:
    client, cases = enter("shift_leader"), make_cases(city, clock.now())
    rows = [case for case in cases if case.location]
    places = {case.number: (case.location.x - WEST) / SIDE for case in rows}
    everywhere = listed(client.get(reverse("map-list"), box(0, 4)))
    assert sorted(everywhere) == sorted(places)
    west = {number for number, column in places.items() if column < 1}
    assert set(listed(client.get(reverse("map-list"), box(0, 1)))) == west != set(places)
    closed = [case.number for case in rows if case.state == "closed"]
    assert listed(client.get(reverse("map-list"), {**box(0, 4), "state": "closed"})) == closed != []
    assert listed(client.get(reverse("map-list"), box(5, 6))) == []
    assert set(listed(enter("water").get(reverse("map-list"), box(0, 4)))) < set(places)


def test_list_of_a_shape_counts_what_is_inside_and_leads_to_it_as_a_list_and_a_file(city: City, enter) -> None:
    client = enter("shift_leader")
    inside = [case.number for case in make_cases(city, clock.now()) if case.location and case.location.x < WEST + SIDE]
    east, north = WEST + SIDE, SOUTH + SIDE
    shape = f"POLYGON(({WEST} {SOUTH},{east} {SOUTH},{east} {north},{WEST} {north},{WEST} {SOUTH}))"
    answer = client.get(reverse("map-list"), {"within": shape, "metres": "", "words": "", **box(3, 4)})
    assert set(listed(answer)) == set(inside) != set()
    assert f'data-selected="{len(inside)}"' in answer.content.decode()
    listed_at, file_at = re.findall(r'<a class="btn" href="([^"]+)"', answer.content.decode())
    for address in (listed_at, f"{reverse('map')}?{urlsplit(listed_at).query}"):
        assert shape in unescape(client.get(unescape(address)).content.decode())
    assert len(client.get(unescape(listed_at)).context["table"].rows) == len(inside)
    book = load_workbook(io.BytesIO(client.get(unescape(file_at)).content), read_only=True)
    assert {row[0] for row in list(book.worksheets[0].values)[1:]} == set(inside)
    assert ("Inside a shape drawn on the map", shape) in list(book.worksheets[1].values)


@pytest.mark.parametrize("given", [{"within": "x"}, {"within": "POINT(1 2)"}, {"within": "POINT(1 2)", "metres": "x"}])
@pytest.mark.parametrize("page", ["map-list", "cases", "cases-file", "map"])
def test_shape_that_cannot_be_used_is_no_reason_to_show_everything(
    city: City, enter, page: str, given: dict[str, str]
) -> None:
    assert enter("shift_leader").get(reverse(page), given).status_code == 400


@pytest.mark.parametrize(
    "sides",
    [{}, {"west": 1}, {**box(0, 1), "west": "x"}, {**box(0, 1), "east": "nan"}, {**box(0, 1), "north": 91}, box(1, 0)],
)
def test_list_of_no_box_is_refused(city: City, enter, sides: dict[str, Any]) -> None:
    assert enter("shift_leader").get(reverse("map-list"), sides).status_code == 400


def test_tiles_are_asked_for_with_the_filter_of_the_page(city: City, enter) -> None:
    client = enter("shift_leader")
    given = {"lamp": "red", "area": "900001001", "open": "0", "opened_from": "2026-01-05", "words": "井盖 1"}
    asked = parse_qs(island(client.get(reverse("map"), given))["query"])
    assert asked == {
        "lamp": ["red"],
        "area_code": ["900001001"],
        "is_open": ["False"],
        "opened_from": ["2026-01-05"],
        "words": ["井盖 1"],
    }
    assert client.get("/api/v1/cases/tiles/0/0/0", asked).status_code == 200
    assert island(client.get(reverse("map")))["query"] == ""
