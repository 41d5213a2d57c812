"""Automatic dispatch on the pages: its figures, what is left to people, and its models."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from citygrid.access.models import Account
from citygrid.cases.models import Case
from citygrid.desk.tests.factories import COVER, LITTER, City, add_administrator
from citygrid.desk.tests.learned import replay, teach
from citygrid.desk.web import modelcard
from citygrid.dispatch import services
from citygrid.dispatch.models import LearnedModel, ManualCategory, UnitLimit
from citygrid.kernel import clock, jobs
from citygrid.notices import queries as notices

PAGE = "/automation/"


@pytest.fixture
def keeper(city: City, enter):
    """Who manages automatic dispatch."""
    add_administrator(city, language="en")
    return enter("system_administrator")


def words_of(answer: Any) -> str:
    return answer.content.decode()


def shown(client, address: str = PAGE) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return words_of(answer)


def card_of(model: LearnedModel) -> str:
    return reverse("automation-model", args=[model.pk])


def test_empty_page_says_what_each_part_is_for(enter, keeper) -> None:
    page = shown(enter("dispatcher"))
    for words in ("Nothing was decided yet", "No model was learned yet", "Every category may be sent by itself"):
        assert words in page
    assert "<form method" not in page.partition("<main")[2].partition("</main>")[0]  # who only sees it changes nothing
    assert "Train: Responsible unit" in shown(keeper) and PAGE in words_of(enter("dispatcher").get("/"))


def test_page_is_closed_to_who_may_not_see_rules(enter) -> None:
    assert enter("acceptor").get(PAGE).status_code == 403
    assert PAGE not in words_of(enter("acceptor").get("/"))


@pytest.mark.parametrize("name", ["train", "take-out", "put-back", "limit"])
def test_who_only_sees_the_page_changes_nothing(enter, name: str) -> None:
    given = {"target": "unit", "category": LITTER, "note": "x"}
    assert enter("dispatcher").post(f"{PAGE}{name}/", given).status_code == 403


def test_training_is_asked_for_and_told_until_it_is_done(keeper) -> None:
    assert keeper.post(f"{PAGE}train/", {"target": "unit"}).status_code == 302
    assert jobs.awaited("dispatch.train") == [("dispatch.train", {"target": "unit"})]
    page = shown(keeper)
    assert "A model for “Responsible unit” is being learned" in page and "Train: Responsible unit" not in page
    assert keeper.post(f"{PAGE}train/", {"target": "weather"}).status_code == 422


def test_category_is_left_to_people_with_a_note_and_put_back(keeper) -> None:
    answer = keeper.post(f"{PAGE}take-out/", {"category": LITTER, "note": ""})
    assert answer.status_code == 422 and "Why" in words_of(answer) and not ManualCategory.objects.exists()
    assert keeper.post(f"{PAGE}take-out/", {"category": LITTER, "note": "new contract"}).status_code == 302
    page = shown(keeper)
    assert "new contract" in page and "Put back: Exposed litter" in page
    assert keeper.post(f"{PAGE}put-back/", {"category": LITTER}).status_code == 302
    again = keeper.post(f"{PAGE}put-back/", {"category": LITTER})
    assert again.status_code == 409 and "dispatched by itself already" in words_of(again)


def test_what_broke_the_promise_is_told_in_figures(city: City, keeper) -> None:
    figures = {"right": 6, "of": 12, "low": 0.2538, "high": 0.7462, "promise": 0.97}
    ManualCategory.objects.create(category_id=LITTER, since=clock.now(), figures=figures)
    assert "6 of 12 right (50%, between 25.4% and 74.6%); promised were 97%." in shown(keeper)


def test_limit_of_a_unit_is_set_opened_again_and_taken_off(city: City, keeper) -> None:
    days = {"away_from_date": "2026-12-01", "away_until_date": "2026-12-03"}
    unit = str(city.water.pk)
    assert keeper.post(f"{PAGE}limit/", {"unit": unit, "most_open": "40", **days}).status_code == 302
    page = shown(keeper, f"{PAGE}?limit={unit}")
    assert 'value="40"' in page and 'value="2026-12-03"' in page and f'value="{unit}" selected' in page
    wrong = keeper.post(f"{PAGE}limit/", {"unit": unit, "away_from_date": "2026-12-01"})
    assert wrong.status_code == 422 and "Give the first and the last day, or neither." in words_of(wrong)
    assert keeper.post(f"{PAGE}limit/", {"unit": unit}).status_code == 302
    assert not UnitLimit.objects.exists()


def test_figures_tell_what_was_sent_what_was_right_and_what_went_on(city: City, enter) -> None:
    now = clock.now()
    cases = [send_by_rule(city, now - timedelta(days=1)) for _ in range(4)]
    for case in cases[:3]:
        end(case, city.water, now)
    end(cases[3], city.sanitation, now)
    page = shown(enter("dispatcher"))
    assert "4 of 4 filed cases" in page and "75%" in page and "30.1% – 95.4%" in page
    assert "Sewage manhole cover" in page and "Broken" in page
    assert f"?unit={city.sanitation.pk}" in page
    Account.objects.filter(pk=city.accounts["dispatcher"].pk).update(language="zh-hans")
    page = shown(enter("dispatcher"))
    assert "污水井盖" in page and "未守住" in page and "近 7 天立案 4 件，自动派遣 4 件" in page


def send_by_rule(city: City, at: Any) -> Case:
    """A case of covers, which a rule gives to the drainage company."""
    place = 5 * Case.objects.unscoped(reason="test").count()  # every fifth report is about the same cover
    case = city.play(city.case(place, at), "shift_leader file", start=at)
    assert case.category_id == COVER
    services.dispatch_filed(case_id=case.pk, now=at + timedelta(minutes=20))
    return case


def end(case: Case, unit: Any, at: Any) -> None:
    ended = {"unit": unit, "is_open": False, "state": "closed", "handled_at": at, "closed_at": at}
    Case.objects.unscoped(reason="test").filter(pk=case.pk).update(**ended)


def test_card_shows_what_was_learned_and_what_each_promise_costs(city: City, enter, keeper) -> None:
    model = teach(city)
    page = shown(enter("dispatcher"), card_of(model))
    assert f"{model.cases} closed cases" in page and page.count('<circle class="plot-dot"') == 15
    assert "What each promise costs" in page and "Promise this" not in page
    page = shown(keeper, card_of(model))
    assert page.count("<option value=") == 12 and 'value="0.9" selected' in page and "Into the shadow" in page
    assert card_of(model) in shown(enter("dispatcher"))


def test_model_is_replayed_promised_and_switched_by_plain_forms(city: City, enter, keeper) -> None:
    model = teach(city, is_on=False)
    address = card_of(model)
    refused = keeper.post(f"{address}state/", {"state": "on"})
    assert refused.status_code == 409 and "was not replayed on history yet" in words_of(refused)
    assert keeper.post(f"{address}state/", {"state": "asleep"}).status_code == 422
    wrong = keeper.post(f"{address}replay/", {"since": "2026-03-02", "until": "2026-03-01"})
    assert wrong.status_code == 422 and "must not lie after the last one" in words_of(wrong)
    assert keeper.post(f"{address}replay/", {"since": "2026-03-01", "until": "2026-03-31"}).status_code == 302
    assert "A replay of 2026-03-01 to 2026-03-31 is under way" in shown(keeper, address)
    replay(model)
    assert keeper.post(f"{address}promise/", {"promise": "0.98"}).status_code == 302
    assert keeper.post(f"{address}promise/", {"promise": "0.5"}).status_code == 422
    assert keeper.post(f"{address}state/", {"state": "on"}).status_code == 302
    model.refresh_from_db()
    assert (model.state, model.promise) == ("on", 0.98)
    assert enter("dispatcher").post(f"{address}state/", {"state": "off"}).status_code == 403
    assert keeper.get(f"{PAGE}models/{'0' * 64}/").status_code == 404


def test_confusion_is_told_by_names(city: City) -> None:
    said, really = str(city.water.pk), str(city.sanitation.pk)
    model = LearnedModel(target="unit", card={"confused": [(said, really, 3)]})
    names, _categories = modelcard.names_of(model, [])
    assert names == {said: city.water.name, really: city.sanitation.name}


@pytest.mark.parametrize(
    ("later", "words"),
    [
        (None, "97%: 80% sent by themselves, 25 of 1,000 sent wrong"),
        (
            {"trades": [{"promise": 0.97, "sent": 30, "right": 27}], "unseen": {"cases": 40}},
            "75% sent, 90% of them right",
        ),
    ],
)
def test_trade_says_what_a_promise_costs(later: Any, words: str) -> None:
    card = {"trades": [{"promise": 0.97, "sent": 80, "wrong": 2, "of": 100, "proven": 0.93}]}
    replays = [type("Replay", (), {"figures": later})] if later else []
    (trade,) = modelcard.trades_of(LearnedModel(card=card), replays)
    with translation.override("en"):
        assert trade.words.endswith(words)


def test_promise_that_nothing_can_keep_says_so() -> None:
    card = {"trades": [{"promise": 0.995, "sent": 0, "wrong": 0, "of": 100, "proven": 0.0}]}
    (trade,) = modelcard.trades_of(LearnedModel(card=card), [])
    with translation.override("en"):
        assert trade.words.endswith("nothing is sure enough to be sent")


def test_notice_of_a_broken_promise_leads_to_the_page(city: City, keeper) -> None:
    now = clock.now()
    for _ in range(4):
        end(send_by_rule(city, now - timedelta(days=1)), city.sanitation, now)
    assert len(services.watch(now=now)) == 1
    actor = city.actor("system_administrator", now)
    (notice,) = notices.notices(actor, is_unread=True)
    assert keeper.post(reverse("notice-read", args=[notice.id]), {"open": "1"}).url == PAGE
