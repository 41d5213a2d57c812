"""Taking a report down: what a browser does with the form beside sending it once."""

import pytest

from citygrid.intake.models import Report
from tests.journeys.test_loop import REPORT


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False])
def test_back_and_send_again_makes_no_second_report(enter, scripts: bool) -> None:
    somebody = enter("supervisor", scripts=scripts)
    somebody.go("/reports/new/")
    for name, value in REPORT.items():
        somebody.fill(f"main [name={name}]", value)
    somebody.submit("main form")
    sent = somebody.page.url
    somebody.page.go_back()
    if "/new/" in somebody.page.url:  # the browser kept the page: what stands in it is sent again
        somebody.submit("main form")
    assert somebody.page.url == sent
    assert Report.objects.unscoped(reason="test").count() == 1
