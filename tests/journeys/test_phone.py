"""What a phone shows of a queue: each row a card whose box can be pressed, and nothing cut off."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from citygrid.desk.tests.factories import TO_DISPATCHED, City, add_cover, add_crew
from citygrid.kernel import clock
from tests.journeys.staff import PASSWORD, Staff
from tests.journeys.test_look import SIZES, WIDER

CUT = """
cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth + 1 || cell.scrollHeight > cell.clientHeight + 1)
  .map(cell => cell.dataset.label)
"""
FIRST_LINES = """
labels => labels.map(label => {
  const texts = document.createTreeWalker(label, NodeFilter.SHOW_TEXT), words = document.createRange()
  while (texts.nextNode() && !texts.currentNode.textContent.trim());
  words.selectNodeContents(texts.currentNode)
  const box = label.querySelector('input').getBoundingClientRect(), line = words.getClientRects()[0]
  return Math.abs((box.top + box.bottom) / 2 - (line.top + line.bottom) / 2)
})
"""


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_cards_of_the_queue_have_a_box_to_press_and_nothing_cut_off(
    enter: Callable[..., Staff], city: City, language: str
) -> None:
    start = clock.now() - timedelta(minutes=50)
    case = city.play(city.case(0, start), *TO_DISPATCHED, start=start, every=timedelta(minutes=5))
    width, height = SIZES["phone"]
    water = enter("water", language=language, width=width, height=height)
    water.go("/waiting/")
    card = water.page.locator("#queue tbody tr")
    assert card.locator("td").evaluate_all(CUT) == []
    box = card.locator("input[name=row]").bounding_box()
    assert box is not None and box["width"] >= 24 and box["height"] >= 24
    card.locator("input[name=row]").check()
    assert water.page.locator("#bulk").is_visible()
    if water.shots:
        water.picture(f"card-{language}")
    assert water.page.evaluate(WIDER) <= 0
    assert case.number in str(card.locator("a").get_attribute("href"))


@pytest.mark.browser
def test_card_of_a_post_without_steps_for_many_has_no_box(enter: Callable[..., Staff], city: City) -> None:
    add_crew(city, password=PASSWORD)
    start = clock.now() - timedelta(minutes=50)
    case = city.play(city.case(0, start), *TO_DISPATCHED, start=start, every=timedelta(minutes=5))
    width, height = SIZES["phone"]
    water = enter("water", width=width, height=height)
    water.go(f"/cases/{case.number}/")
    post = str(city.accounts["crew"].holdings.get().post_id)
    water.act("give_work", crew=post, task="围挡")
    crew = enter("crew", width=width, height=height)
    crew.go("/waiting/")
    assert crew.page.locator("#queue tbody tr").count() == 1
    assert not crew.page.locator("#queue input[name=row]").is_visible()


@pytest.mark.browser
def test_choices_stand_at_the_first_line_of_their_words(enter: Callable[..., Staff], city: City) -> None:
    add_cover()
    case = city.case(0, clock.now() - timedelta(minutes=5))
    width, height = SIZES["phone"]
    leader = enter("shift_leader", width=width, height=height)
    leader.go(f"/cases/{case.number}/")
    for action in ("file", "correct"):
        leader.page.locator(f"#act-{action} > summary").click()
        found = leader.page.locator(f"#act-{action} div.choices label").evaluate_all(FIRST_LINES)
        assert found and max(found) < 4, action
    if leader.shots:
        leader.picture("choices")
