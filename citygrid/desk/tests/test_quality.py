"""Report quality on the pages: said with one press, told to who reported, counted for posts."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from citygrid.access.tests import factories as access
from citygrid.desk.tests.factories import COVER, LITTER, City
from citygrid.desk.tests.test_reports import words_of
from citygrid.geography.tests.factories import SOUTH, WEST
from citygrid.intake import services as intake
from citygrid.intake.models import Report
from citygrid.intake.queries import FLAWS, REASONS
from citygrid.kernel import clock

PAGE = "/reports/quality/"


def see_cover(city: City, key: str, login: str = "supervisor", **values) -> intake.Receipt:
    """A cover that a supervisor saw and reported."""
    given = intake.ReportIn("井盖破损", "field", WEST + 0.001, SOUTH + 0.001, category_key=COVER, **values)
    now = clock.now() - timedelta(minutes=1)
    return intake.receive_report(report=given, key=key, actor=city.actor(login, now), now=now)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_usual_reason_of_a_refusal_says_what_was_wrong(city: City, enter, language: str) -> None:
    city.accounts["acceptor"].language = language
    city.accounts["acceptor"].save()
    client, found = enter("acceptor"), {}
    for place, reason in enumerate(REASONS["refuse"]):
        receipt = see_cover(city, f"key-{place}")
        with override(language):
            client.post(reverse("report-refuse", args=[receipt.report_id]), {"usual": str(reason)})
        report = Report.objects.unscoped(reason="test").get(pk=receipt.report_id)
        assert report.state == "refused"
        found[reason] = report.flaws
    assert {reason: flaws for reason, flaws in found.items() if flaws} == {key: [each] for key, each in FLAWS.items()}
    assert len(FLAWS) == len(found) - 1


def test_reason_in_own_words_goes_with_a_choice_of_what_was_wrong(city: City, enter) -> None:
    receipt = see_cover(city, "key")
    address, client = reverse("report-refuse", args=[receipt.report_id]), enter("acceptor")
    assert "What was wrong with the report" in words_of(client.get(reverse("report", args=[receipt.report_id])))
    assert client.post(address, {"reason": "too dark", "flaw": "ugly"}).status_code == 422
    drawn = words_of(client.post(address, {"reason": "too dark", "flaw": "no_evidence"}, follow=True))
    assert "Add a photo that shows the problem" in drawn


def test_who_reported_reads_on_the_page_and_in_the_list_what_to_do_better(city: City, enter) -> None:
    receipt = see_cover(city, "key")
    enter("acceptor").post(reverse("report-accept", args=[receipt.report_id]), {"category": LITTER})
    client = enter("supervisor")
    drawn = words_of(client.get(reverse("report", args=[receipt.report_id])))
    assert "What to do better next time" in drawn and "Choose the category of what is seen" in drawn
    assert "Sewage manhole cover → Exposed litter" in drawn
    assert "Wrong category" in words_of(client.get(reverse("reports"), {"sent_by": "me"}))
    rows = client.get(reverse("reports"), {"sent_by": "me", "flaw": "repeated"}).context["table"].rows
    assert rows == []


def test_shift_leader_sees_the_counters_of_posts_and_opens_what_was_counted(city: City, enter) -> None:
    for place in range(3):
        see_cover(city, f"key-{place}")
    refused = see_cover(city, "refused")
    enter("acceptor").post(reverse("report-refuse", args=[refused.report_id]), {"reason": "x", "flaw": "no_evidence"})
    city.report(0, clock.now())  # by a citizen's call
    client = enter("shift_leader")
    assert PAGE in words_of(client.get(reverse("supervision")))
    (row,) = client.get(PAGE, {"period": "month"}).context["table"].rows
    assert [cell.value for cell in row[2:]] == [4, 0, 1, 0, 0, 1, 0]
    page = client.get(row[0].url)
    assert len(page.context["table"].rows) == 4
    assert page.context["form"].told()[1] == ("Sent by", row[0].value)


def test_post_sees_its_own_counters_and_those_of_no_other(city: City, enter) -> None:
    other = access.make_post("supervisor", areas=["900001"], title=("二号监督员", "Supervisor 2"))
    city.accounts["other"] = access.make_account("other", posts=[other])
    see_cover(city, "mine")
    see_cover(city, "other", login="other")
    page = enter("supervisor").get(PAGE, {"period": "today"})
    assert page.context["table"] is None and "Supervisor 2" not in words_of(page)
    assert [count for _, count, _ in page.context["own"]] == [1, 0, 0, 0, 0, 0]
    (_, _, address), *_ = page.context["own"]
    assert len(enter("supervisor").get(address).context["table"].rows) == 1


def test_page_of_a_post_that_reports_nothing_and_oversees_nobody_says_so(enter) -> None:
    page = enter("acceptor").get(PAGE)
    assert page.context["table"] is None and [count for _, count, _ in page.context["own"]] == [0] * 6
    assert enter("dispatcher").get(PAGE).status_code == 403


@pytest.mark.parametrize("asked", ["", "decade", "today'"])
def test_period_that_is_none_is_this_week(enter, asked: str) -> None:
    periods = enter("shift_leader").get(PAGE, {"period": asked}).context["periods"]
    assert [period for period, is_current in periods if is_current] == ["week"]


@pytest.mark.parametrize("sender", ["nobody", "0190aaaa-0000-7000-8000-000000000001"])
def test_sender_that_is_none_narrows_nothing_and_says_so(city: City, enter, sender: str) -> None:
    see_cover(city, "key")
    page = enter("shift_leader").get(reverse("reports"), {"sent_by": sender})
    assert len(page.context["table"].rows) == 1 and page.context["form"].errors["sent_by"]
