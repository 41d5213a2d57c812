"""The promise of a model, chosen by keys on a slider, and by the plain list where there are no scripts."""

from collections.abc import Callable

import pytest

from citygrid.desk.tests.factories import City, add_administrator
from citygrid.desk.tests.learned import teach
from citygrid.dispatch.models import LearnedModel
from tests.journeys.staff import PASSWORD, Staff

FORM = "form[action$='/promise/']"


@pytest.fixture
def model(city: City) -> LearnedModel:
    add_administrator(city, password=PASSWORD)
    return teach(city)


def opened(enter: Callable[..., Staff], model: LearnedModel, *, scripts: bool = True) -> Staff:
    somebody = enter("system_administrator", scripts=scripts)
    assert somebody.go(f"/automation/models/{model.pk}/") == 200
    return somebody


@pytest.mark.browser
def test_slider_tells_the_trade_while_it_moves_and_sets_the_promise(enter: Callable[..., Staff], model) -> None:
    page = opened(enter, model).page
    slider, told = page.locator("input[type=range]"), page.locator(".slider-words")
    assert told.inner_text().startswith("90%:") and slider.get_attribute("aria-valuetext") == told.inner_text()
    assert page.get_by_label("Promised precision").get_attribute("type") == "range"
    slider.press("ArrowRight")
    assert told.inner_text().startswith("92%:")
    assert page.locator("#trades tr.is-chosen td").first.inner_text() == "92%"
    with page.expect_navigation():
        page.locator(f"{FORM} button").click()
    model.refresh_from_db()
    assert model.promise == 0.92


@pytest.mark.browser
def test_promise_is_set_without_scripts(enter: Callable[..., Staff], model) -> None:
    somebody = opened(enter, model, scripts=False)
    assert somebody.page.locator("input[type=range]").count() == 0
    somebody.fill(f"{FORM} [name=promise]", "0.95")
    somebody.submit(FORM)
    model.refresh_from_db()
    assert model.promise == 0.95
