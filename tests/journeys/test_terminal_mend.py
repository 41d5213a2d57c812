"""What the server refused is mended in the outbox: nothing that was seen ends there."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from citygrid.access.models import Post
from citygrid.cases.models import Case
from citygrid.desk.tests.factories import City
from citygrid.evidence.models import Attachment
from citygrid.intake.models import Report
from tests.journeys.terminal import Phone


def photographed(held: Phone, photos: int) -> None:
    held.tap(".camera-button")
    for taken in range(photos):
        held.tap(".shutter:enabled")
        expect(held.page.locator(".photos img")).to_have_count(taken + 1)
    held.tap(".chips .chip >> nth=0")


@pytest.mark.browser
def test_what_a_post_may_not_call_fixed_is_sent_as_a_report(phone: Callable[..., Phone], city: City) -> None:
    held = phone()
    held.cut()
    photographed(held, 2)
    held.tap(held.page.get_by_role("button", name="I fixed it here"))
    held.page.locator(".home").wait_for()
    Post.objects.filter(role="supervisor").update(areas=["110102999"])  # it works elsewhere now
    held.cut(False)
    strip = held.page.locator(".strip")
    expect(strip).to_contain_text("1 need you")
    held.tap(strip)
    expect(held.page.locator(".trouble")).to_contain_text("Send it as a report")
    held.tap(held.page.get_by_role("button", name="Send mine as a report"))
    held.wait_for_states("received")
    found = Report.objects.unscoped(reason="test").get()
    assert found.case_id is None and Case.objects.unscoped(reason="test").count() == 0
    assert Attachment.objects.filter(owner_id=found.pk).count() == 2 and held.faults == []
