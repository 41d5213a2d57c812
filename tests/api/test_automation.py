"""Automatic dispatch by the API: its figures, its models, and what is left to people."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.test import Client

from citygrid.access.tests import factories as access
from citygrid.cases.tests.factories import City
from citygrid.dispatch import services
from citygrid.dispatch.models import Decision, LearnedModel, ManualCategory, UnitLimit
from citygrid.dispatch.tests import factories
from citygrid.dispatch.tests.learned import AFTER, history, train, train_and_switch_on
from citygrid.kernel import clock, jobs
from tests.api.conftest import key_of

JSON = "application/json"
ROOT = "/api/v1/dispatch"


@pytest.fixture
def keeper(city: City) -> Client:
    """Who manages automatic dispatch."""
    return Client(headers={"Authorization": f"Bearer {key_of(access.make_actor('system_administrator'))}"})


@pytest.fixture
def sees(client_of: Callable[..., Client]) -> Client:
    return client_of("dispatcher")


def call(client: Client, method: str, path: str, body: Any = None) -> Any:
    return client.generic(method, f"{ROOT}/{path}", b"" if body is None else orjson.dumps(body), JSON)


def test_figures_tell_what_was_sent_and_what_became_of_it(city: City, sees: Client) -> None:
    factories.rule(city.unit)
    now = clock.now()
    case = city.take(city.open(now), "shift_leader file")
    services.dispatch_filed(case_id=case.pk, now=now)
    told = call(sees, "GET", "automation").json()
    assert (told["last_days"]["decided"], told["last_days"]["sent"], told["last_days"]["coverage"]) == (1, 1, 1.0)
    assert told["last_days"]["precision"] == {"right": 0, "of": 0, "low": 0.0, "high": 1.0}
    assert told["conclusions"] == [{"conclusion": "sent_by_rules", "cases": 1}]
    assert told["watched"][0]["category_key"] == city.category_key and not told["watched"][0]["is_broken"]
    assert told["promise"] == 0.97 and len(told["weeks"]) == 1


def test_model_is_read_replayed_promised_and_switched(city: City, sees: Client, keeper: Client) -> None:
    history(city)
    sha256 = train().pk
    assert [row["state"] for row in call(sees, "GET", "models").json()] == ["shadow"]
    card = call(sees, "GET", f"models/{sha256}").json()
    assert len(card["card"]["trades"]) == 12 and card["replays"] == [] and card["record"]["answered"] == 0
    refused = call(keeper, "POST", f"models/{sha256}/state", {"state": "on"})
    assert (refused.status_code, refused.json()["code"]) == (409, "dispatch.model_not_replayed")
    days = {"since": "2026-01-01", "until": "2026-12-31"}
    assert call(keeper, "POST", f"models/{sha256}/replays", days).status_code == 202
    assert jobs.awaited("dispatch.replay") == [("dispatch.replay", {"sha256": sha256, **days})]
    assert call(sees, "GET", "automation").json()["awaited_replays"] == [{"sha256": sha256, **days}]
    given = {"since": AFTER.date() - timedelta(days=60), "until": AFTER.date()}
    services.replay(sha256=sha256, **given, actor=factories.CLERK, now=AFTER)
    assert call(keeper, "POST", f"models/{sha256}/state", {"state": "on"}).json()["state"] == "on"
    assert call(keeper, "POST", f"models/{sha256}/promise", {"promise": 0.9}).json()["promise"] == 0.9
    assert call(sees, "GET", f"models/{sha256}").json()["replays"][0]["figures"]["seen"]["cases"] == card["cases"]


def test_what_cannot_be_is_refused_in_words(city: City, keeper: Client) -> None:
    unknown = "0" * 64
    assert call(keeper, "GET", f"models/{unknown}").status_code == 404
    assert call(keeper, "GET", "models/xyz").status_code == 422
    assert call(keeper, "POST", f"models/{unknown}/state", {"state": "off"}).json()["code"] == "dispatch.model_unknown"
    assert call(keeper, "POST", f"models/{unknown}/promise", {"promise": 0.5}).json()["code"] == (
        "dispatch.promise_invalid"
    )
    days = {"since": "2020-01-01", "until": "2026-01-01"}
    assert call(keeper, "POST", f"models/{unknown}/replays", days).json()["code"] == "dispatch.period_invalid"
    assert call(keeper, "POST", "trainings", {"target": "weather"}).status_code == 422
    limit = {"away_from_date": "2026-12-02", "away_until_date": "2026-12-01"}
    assert call(keeper, "PUT", f"limits/{city.unit.pk}", limit).json()["code"] == "dispatch.limit_invalid"
    assert call(keeper, "DELETE", "manual-categories?category_key=no/such").status_code == 409
    assert call(keeper, "POST", "manual-categories", {"category_key": "no/such"}).status_code == 404


def test_training_is_asked_for_once_and_told(city: City, sees: Client, keeper: Client) -> None:
    assert call(keeper, "POST", "trainings", {"target": "unit"}).status_code == 202
    assert call(sees, "GET", "automation").json()["awaited_trainings"] == ["unit"]
    assert not LearnedModel.objects.exists()


def test_category_is_left_to_people_and_put_back(city: City, sees: Client, keeper: Client) -> None:
    given = {"category_key": city.category_key, "note": "新合同"}
    assert call(keeper, "POST", "manual-categories", given).status_code == 201
    (row,) = call(sees, "GET", "manual-categories").json()
    assert (row["category_key"], row["note"], row["figures"]) == (city.category_key, "新合同", None)
    assert call(keeper, "DELETE", f"manual-categories?category_key={city.category_key}").status_code == 204
    assert ManualCategory.objects.get().until and call(sees, "GET", "manual-categories").json() == []


def test_limit_is_set_and_taken_off(city: City, sees: Client, keeper: Client) -> None:
    limit = {"most_open": 0, "away_from_date": "2026-12-01", "away_until_date": "2026-12-02"}
    told = call(keeper, "PUT", f"limits/{city.unit.pk}", limit).json()
    assert told == {"unit_id": str(city.unit.pk), **limit}
    assert call(sees, "GET", "automation").json()["limits"] == [told]
    call(keeper, "PUT", f"limits/{city.unit.pk}", {})
    assert not UnitLimit.objects.exists()


def test_decisions_of_a_case_tell_what_the_model_answered(city: City, client_of, sees: Client) -> None:
    model = train_and_switch_on(city)
    case = city.take(city.open(AFTER, summary="9号路灯不亮"), "shift_leader file")
    services.dispatch_filed(case_id=case.pk, now=AFTER)
    (told,) = call(sees, "GET", f"decisions?case={case.pk}").json()
    assert (told["conclusion"], told["sent_to_id"]) == ("sent_by_model", str(city.unit.pk))
    assert told["answer"]["model"] == model.pk and told["answer"]["top"][0]["label"] == str(city.unit.pk)
    assert told["id"] == Decision.objects.get(case=case, conclusion="sent_by_model").pk
    assert client_of("acceptor").get(f"{ROOT}/decisions?case={case.pk}").status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "trainings", {"target": "unit"}),
        ("POST", f"models/{'0' * 64}/state", {"state": "off"}),
        ("POST", f"models/{'0' * 64}/promise", {"promise": 0.9}),
        ("POST", f"models/{'0' * 64}/replays", {"since": "2026-01-01", "until": "2026-01-02"}),
        ("POST", "manual-categories", {"category_key": "a"}),
        ("DELETE", "manual-categories?category_key=a", None),
        ("PUT", "limits/0190aaaa-0000-7000-8000-000000000001", {}),
    ],
)
def test_who_only_sees_the_rules_changes_nothing(sees: Client, method: str, path: str, body: Any) -> None:
    assert call(sees, method, path, body).status_code == 403
