"""A department splits a case among its crews: at a desk, then in the street on a phone, then at the desk again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from citygrid.desk.tests.factories import TO_DISPATCHED, City, add_crew
from citygrid.evidence.tests.factories import jpeg
from citygrid.kernel import clock
from tests.journeys.staff import PASSWORD, Staff
from tests.journeys.test_look import SIZES, WIDER


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_crew_does_its_part_and_the_unit_reports_the_case(
    enter: Callable[..., Staff], city: City, axe: str, language: str
) -> None:
    add_crew(city, password=PASSWORD)
    start = clock.now() - timedelta(minutes=40)
    case = city.play(city.case(0, start), *TO_DISPATCHED, start=start, every=timedelta(minutes=5))
    by = timezone.localtime(clock.now() + timedelta(hours=1))
    crew_post = str(city.accounts["crew"].holdings.get().post_id)
    water = enter("water", language=language)
    water.go(f"/cases/{case.number}/")
    water.act("give_work", crew=crew_post, task="更换井盖，现场围挡", by=f"{by:%Y-%m-%dT%H:%M}")
    assert "reply" not in water.offers()
    found = water.grave_findings(axe, f"works-open-{language}-screen")

    width, height = SIZES["phone"]
    crew = enter("crew", language=language, width=width, height=height)
    crew.go("/waiting/")
    found += crew.grave_findings(axe, f"works-queue-{language}-phone")
    assert crew.page.evaluate(WIDER) <= 0
    crew.go("/waiting/")  # with its folds closed again
    with crew.page.expect_navigation():
        crew.page.locator(f"main a[href='?open={case.number}']").click()
    fold = crew.page.locator("#act-finish_work > summary")
    fold.click()
    form = "form[action*='/steps/finish_work/']"
    crew.fill(f"{form} [name=note]", "已更换，围挡已撤")
    photo = {"name": "after.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    crew.page.set_input_files(f"{form} [name=photo_after]", photo)
    found += crew.grave_findings(axe, f"works-done-{language}-phone")
    assert crew.page.evaluate(WIDER) <= 0
    crew.submit(form)
    assert crew.page.locator(f"main a[href='?open={case.number}']").count() == 0

    water.go(f"/cases/{case.number}/")
    found += water.grave_findings(axe, f"works-done-{language}-screen")
    water.go(f"/cases/{case.number}/")
    water.act("reply", note="井盖已更换")
    case.refresh_from_db()
    assert (case.state, found) == ("handled", [])
