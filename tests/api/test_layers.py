"""A layer is changed by a program: draft, check, publish, undo; who was second is told who was first."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citygrid.access.tests.factories import make_actor
from citygrid.cases.tests.factories import City
from citygrid.geography import services
from citygrid.geography.choices import LayerKind
from citygrid.geography.models import Feature
from citygrid.geography.tests.factories import ACTOR, NOW, square
from tests.api.conftest import key_of

ROOT = "/api/v1/geography"
DRAFT = f"{ROOT}/layers/green/draft"
DAY = "2026-03-02"


@pytest.fixture
def keeper(city: City) -> Client:
    services.add_layer(code="green", kind=LayerKind.AREA, name_zh="绿地", name_en="", actor=ACTOR, now=NOW)
    return Client(headers={"Authorization": f"Bearer {key_of(make_actor('system_administrator'))}"})


def shape(column: float, width: float = 1) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": square(column, 0, width)}


def save(client: Client, *columns: float, revision: int = 0, **given: Any) -> Any:
    put = [{"code": f"P{column:g}", "name_zh": "绿地", "geometry": shape(column)} for column in columns]
    body = {"revision": revision, "from_date": DAY, "put": put, **given}
    return client.put(DRAFT, body, content_type="application/json")


def post(client: Client, address: str, **body: Any) -> Any:
    return client.post(address, body, content_type="application/json")


def test_draft_is_saved_published_and_undone(keeper: Client) -> None:
    saved = save(keeper, 0, 1)
    assert saved.status_code == 200, saved.content
    assert (saved.json()["revision"], saved.json()["counts"]["new"], saved.json()["faults"]) == (1, 2, [])
    assert keeper.get(DRAFT).json() == saved.json()
    published = post(keeper, f"{DRAFT}/publish", revision=1, note="春季核查")
    assert (published.status_code, published.json()["from_date"]) == (201, DAY)
    assert Feature.objects.count() == 2
    assert [one["note"] for one in keeper.get(f"{ROOT}/layers/green/publications").json()] == ["春季核查"]
    undo = f"{ROOT}/publications/{published.json()['id']}/undo"
    assert [post(keeper, undo).status_code for _ in range(2)] == [200, 409]
    assert Feature.objects.count() == 0


def test_faults_say_where_they_lie(keeper: Client) -> None:
    (fault,) = save(keeper, 0, 0.5).json()["faults"]
    assert (fault["fault"], fault["code"]) == ("overlaid", "P0")
    assert fault["box"] == pytest.approx([*square(0.5)[0][0], *square(0.5, 0, 0.5)[0][2]])
    assert fault["do"] and fault["region"]["type"] == "Polygon"
    assert post(keeper, f"{DRAFT}/publish", revision=1).status_code == 409


def test_who_was_second_is_told_who_was_first(keeper: Client) -> None:
    save(keeper, 0)
    answer = save(keeper, 1)
    assert (answer.status_code, answer.json()["code"]) == (409, "geography.draft_begun")
    services.import_features(
        source=services.Source(
            document={"type": "Feature", "properties": {"code": "X", "name": "x"}, "geometry": shape(3)}
        ),
        layer_code="green",
        valid_from_date=NOW.date(),
        actor=ACTOR,
        now=NOW,
    )
    answer = post(keeper, f"{DRAFT}/publish", revision=1)
    assert (answer.status_code, answer.json()["code"]) == (409, "geography.layer_changed")
    assert ACTOR.label in answer.json()["title"]
    assert post(keeper, f"{DRAFT}/confirm", revision=1).json()["is_outdated"] is False
    assert post(keeper, f"{DRAFT}/publish", revision=2).status_code == 201


def test_draft_is_thrown_away(keeper: Client) -> None:
    save(keeper, 0)
    assert keeper.delete(f"{DRAFT}?revision=7").status_code == 409
    assert [keeper.delete(f"{DRAFT}?revision=1").status_code, keeper.get(DRAFT).status_code] == [204, 404]


def test_unusable_outline_is_refused_with_its_code(keeper: Client) -> None:
    put = [{"code": "P1", "name_zh": "x", "geometry": {"type": "Polygon", "coordinates": [square(0)[0][:3]]}}]
    answer = save(keeper, put=put)
    assert (answer.status_code, answer.json()["code"]) == (400, "geography.unusable_features")
    assert "P1" in answer.json()["title"]


def test_outlines_are_split_and_merged(keeper: Client) -> None:
    (west, south), _, (east, north), *_ = square(0)[0]
    middle = (south + north) / 2
    line = {"type": "LineString", "coordinates": [[west - 0.001, middle], [east + 0.001, middle]]}
    answer = post(keeper, f"{ROOT}/outlines/split", geometry=shape(0), line=line, neighbours=[shape(1)])
    parts, neighbours = answer.json()["parts"], answer.json()["neighbours"]
    assert (len(parts), len(neighbours[0]["coordinates"][0])) == (2, 6)
    assert post(keeper, f"{ROOT}/outlines/merge", geometries=parts).json()["geometry"]["type"] == "Polygon"
    assert post(keeper, f"{ROOT}/outlines/merge", geometries=[shape(0), shape(3)]).status_code == 400


def test_others_may_not_touch_drafts(city: City, keeper: Client, client_of: Callable[..., Client]) -> None:
    client = client_of("shift_leader")
    assert [save(client, 0).status_code, client.get(DRAFT).status_code] == [403, 403]
    assert post(client, f"{ROOT}/outlines/merge", geometries=[shape(0), shape(1)]).status_code == 403


def test_reading_a_draft_costs_as_many_queries_for_many_features(keeper: Client) -> None:
    spent = []
    for revision, columns in enumerate(([0], [0.5, 1, 1.5, 2, 2.5, 3])):
        save(keeper, *columns, revision=revision)
        with CaptureQueriesContext(connection) as caught:
            assert keeper.get(DRAFT).status_code == 200
        spent.append(len(caught))
    assert spent[0] == spent[1]
