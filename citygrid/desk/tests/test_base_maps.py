"""Base maps: what the server asks of their source, what it lets through, and what stays here."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from citygrid.desk.tests.factories import City
from citygrid.desk.tests.test_queries_spent import spent
from citygrid.desk.tests.tile_server import KEY, TileServer, picture, tile_server
from citygrid.desk.web.views import base_maps as views
from citygrid.ui import base_maps
from citygrid.ui.base_maps import BaseMap

BAD = ("page", "drawing", "elsewhere", "broken", "closed", "huge", "cut", "slow")


@pytest.fixture
def source(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[TileServer]:
    """A source whose layers are base maps of the same names."""
    views._source.cache_clear()
    monkeypatch.setattr(base_maps, "SECONDS", 0.5)
    with tile_server() as server:
        layers = ("good", "photo", "nothing", *BAD)
        settings.BASE_MAPS = {name: BaseMap(name, "底图", "Map", server.url(name)) for name in layers}
        settings.BASE_MAPS["degrees"] = BaseMap("degrees", "经纬度", "Degrees", server.url("good"), "EPSG:4490", 10)
        settings.BASE_MAP_KEY = KEY
        yield server
    views._source.cache_clear()


def address(name: str, zoom: int = 10, x: int = 843, y: int = 388) -> str:
    return reverse("map-base", args=[name, zoom, x, y])


@pytest.mark.parametrize(("name", "kind"), [("good", "image/png"), ("photo", "image/jpeg")])
def test_picture_comes_through_and_is_kept_by_the_browser(
    city: City, enter, source: TileServer, name: str, kind: str
) -> None:
    client = enter("water")
    answer = client.get(address(name))
    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
    assert answer.content == picture({"good": "PNG", "photo": "JPEG"}[name])
    assert "private" in answer["Cache-Control"] and "max-age=604800" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    again = client.get(address(name), headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert set(source.asked) == {(name, 10, 843, 388)} and source.keys == {KEY}


def test_place_without_a_picture_is_empty(city: City, enter, source: TileServer) -> None:
    client = enter("water")
    for _ in range(2):
        assert client.get(address("nothing")).status_code == 204
    assert len(source.asked) == 2  # the source does not rest for it


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_picture_is_not_let_through_and_nothing_of_it_is_told(
    city: City, enter, source: TileServer, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = enter("water")
    with caplog.at_level(logging.DEBUG):
        began = time.monotonic()
        answer = client.get(address(name))
        assert time.monotonic() - began < 3
    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (502, b"", "no-store")
    assert [asked[0] for asked in source.asked] == [name]
    told = f"{answer.headers} {caplog.text}"
    assert f"base map {name} does not answer" in told
    assert KEY not in told and "wmts" not in told and "tk=" not in told


def test_source_that_is_down_is_left_alone_for_a_while(city: City, enter, source: TileServer, settings: Any) -> None:
    client = enter("water")
    for _ in range(3):
        assert client.get(address("broken")).status_code == 502
    assert len(source.asked) == 1
    assert client.get(address("good")).status_code == 200  # another source answers
    source.answers["broken"] = source.answers["good"]
    assert client.get(address("broken")).status_code == 502
    views._source(settings.BASE_MAPS["broken"], KEY).rests_until -= base_maps.REST_SECONDS
    assert [client.get(address("broken")).status_code for _ in range(2)] == [200, 200]


def test_after_a_rest_one_call_tries_and_the_others_do_not_wait(source: TileServer, settings: Any) -> None:
    one = views._source(settings.BASE_MAPS["slow"], KEY)
    one.rests_until = time.monotonic() - 1
    one._begin()
    with pytest.raises(base_maps.Silent):
        one._begin()


def test_nothing_listens_is_told_like_any_silence(city: City, enter, settings: Any) -> None:
    with tile_server() as server:
        settings.BASE_MAPS = {"gone": BaseMap("gone", "", "", server.url("good"))}
    assert enter("water").get(address("gone")).status_code == 502


@pytest.mark.parametrize(
    ("name", "zoom", "x", "y", "is_there"),
    [
        ("good", 0, 0, 0, True),
        ("good", 3, 7, 7, True),
        ("good", 3, 8, 0, False),
        ("good", 3, 0, 8, False),
        ("good", 19, 0, 0, False),
        ("degrees", 0, 0, 0, False),
        ("degrees", 1, 1, 0, True),
        ("degrees", 1, 0, 1, False),
        ("degrees", 3, 7, 3, True),
        ("degrees", 3, 7, 4, False),
        ("degrees", 11, 0, 0, False),
        ("unknown", 1, 0, 0, False),
    ],
)
def test_only_tiles_of_the_grid_of_a_known_map_are_asked_for(
    city: City, enter, source: TileServer, name: str, zoom: int, x: int, y: int, is_there: bool
) -> None:
    assert enter("water").get(address(name, zoom, x, y)).status_code == (200 if is_there else 404)
    assert len(source.asked) == is_there


def test_only_staff_that_is_signed_in_is_served(city: City, source: TileServer) -> None:
    assert Client().get(address("good")).status_code == 302
    assert source.asked == []


def test_pages_know_the_names_of_base_maps_and_neither_key_nor_address(city: City, enter, source: TileServer) -> None:
    page = enter("shift_leader").get(reverse("map")).content.decode()
    assert 'value="base degrees"' in page and "EPSG:4490" in page
    assert KEY not in page and str(source.server_port) not in page


def test_tile_costs_no_query_of_its_own(city: City, enter, source: TileServer) -> None:
    client = enter("water")
    assert spent(client, address("good")) == 4  # who asks


@pytest.mark.parametrize(
    "row",
    [
        "name: a/b\n  url: 'https://t.example/{z}/{x}/{y}'",
        "name: a\n  url: 'file:///etc/passwd?{z}{x}{y}'",
        "name: a\n  url: 'https://t.example/{z}/{x}'",
        "name: a\n  grid: EPSG:2000\n  url: 'https://t.example/{z}/{x}/{y}'",
        "name: a\n  colour: red\n  url: 'https://t.example/{z}/{x}/{y}'",
    ],
)
def test_file_that_cannot_be_meant_stops_the_start(tmp_path: Path, row: str) -> None:
    file = tmp_path / "maps.yaml"
    file.write_text(f"- name_zh: 图\n  name_en: Map\n  {row}\n")
    with pytest.raises((ValueError, TypeError)):
        base_maps.load(str(file))


def test_example_of_the_manual_is_read(tmp_path: Path, settings: Any) -> None:
    manual = (settings.ROOT / "docs/operate.md").read_text()
    block = manual.split("## Base maps")[1].split("\n    - ", 1)[1].split("\n\n")[0]
    file = tmp_path / "maps.yaml"
    file.write_text("\n".join(line.removeprefix("    ") for line in f"    - {block}".splitlines()))
    grids = {one.name: one.grid for one in base_maps.load(str(file)).values()}
    assert set(grids.values()) == set(base_maps.GRIDS)
    assert base_maps.load("") == {}
