"""Reports on the pages: taken down, read by who sent them, decided, corrected, and revealed."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from citygrid.access.models import Post
from citygrid.access.tests import factories as access
from citygrid.cases.models import Case
from citygrid.catalogue.rules import CategoryIn, SchemeIn
from citygrid.catalogue.services import define_categories, define_scheme
from citygrid.desk.tests.factories import CLERK, COVER, LITTER, City
from citygrid.geography.tests.factories import NOW, SOUTH, WEST
from citygrid.intake.models import Report
from citygrid.kernel import clock
from citygrid.kernel.models import AuditEntry


def words_of(answer) -> str:
    return answer.content.decode()


def case_url(case: Case) -> str:
    return reverse("case", args=[case.number])


def test_report_is_corrected_on_its_page_and_keeps_what_it_said_first(city: City, enter) -> None:
    receipt = city.report(0, clock.now() - timedelta(hours=1), category_key=COVER)
    address, client = reverse("report-correct", args=[receipt.report_id]), enter("acceptor")
    data = {
        "expected_seq": 0,
        "category": LITTER,
        "address": "礼士胡同 3 号",
        "frame": "wgs84",
        "reason": "照片为垃圾",
    }
    drawn = words_of(client.post(address, data, follow=True))
    assert "The reporter sees your reason" in drawn
    assert "Sewage manhole cover → Exposed litter" in drawn and "照片为垃圾" in drawn
    answer = enter("shift_leader").post(address, {**data, "category": COVER})
    assert answer.status_code == 409 and "somebody was first: 李受理" in words_of(answer)
    assert client.post(address, {**data, "expected_seq": 1, "reason": ""}).status_code == 422
    assert enter("supervisor").post(address, data).status_code == 403


def test_report_joined_by_mistake_is_taken_out_on_its_page(city: City, enter) -> None:
    now = clock.now() - timedelta(hours=1)
    wrong, right, receipt = city.case(0, now), city.case(1, now), city.report(2, now)
    client = enter("acceptor")
    client.post(reverse("report-join", args=[receipt.report_id]), {"number": wrong.number})
    page = reverse("report", args=[receipt.report_id])
    assert f"{page}#unjoin" in words_of(client.get(case_url(wrong)))
    address = reverse("report-unjoin", args=[receipt.report_id])
    data = {"expected_seq": 1, "reason": "不是同一处", "number": "900001-20200101-0001"}
    assert client.post(address, data).status_code == 422
    drawn = words_of(client.post(address, {**data, "number": right.number}, follow=True))
    assert "Joining undone" in drawn and "不是同一处" in drawn
    assert Report.objects.unscoped(reason="test").get(pk=receipt.report_id).case_id == right.pk
    drawn = words_of(client.post(address, {**data, "expected_seq": 3, "number": ""}, follow=True))
    assert "waits for a decision" in drawn
    assert wrong.number in drawn and right.number in drawn
    for case in (wrong, right):
        drawn = words_of(client.get(case_url(case)))
        assert "A report was joined" in drawn and "A report was taken out" in drawn and receipt.receipt in drawn
        assert receipt.receipt not in words_of(enter("dispatcher").get(case_url(case)))


def test_list_of_reports_reaches_to_the_last_day_of_the_calendar(city: City, enter) -> None:
    city.report(0, clock.now())
    page = enter("acceptor").get(reverse("reports"), {"received_until": "9999-12-31"})
    assert len(page.context["table"].rows) == 1


def test_search_goes_to_the_case_the_report_or_the_words(city: City, enter) -> None:
    case = city.case(0, clock.now())
    receipt = Report.objects.unscoped(reason="test").get().receipt
    client = enter("acceptor")
    assert client.get(reverse("search"), {"q": case.number}).url == case_url(case)
    assert receipt in words_of(client.get(reverse("search"), {"q": receipt.lower()}, follow=True))
    assert client.get(reverse("search"), {"q": "井盖"}).url == f"{reverse('cases')}?words=%E4%BA%95%E7%9B%96"


REPORT = {
    "key": "0190aaaa-0000-7000-8000-000000000001",
    "description": "井盖破损",
    "channel": "hotline",
    "frame": "wgs84",
    "lon": WEST + 0.001,
    "lat": SOUTH + 0.001,
}


def test_report_sent_twice_is_one_report(city: City, enter) -> None:
    client = enter("acceptor")
    answers = [client.post(reverse("report-new"), REPORT) for _ in range(2)]
    assert answers[0].url == answers[1].url
    assert Report.objects.unscoped(reason="test").count() == 1


def test_coming_back_to_a_form_that_was_sent_leads_to_its_report(city: City, enter) -> None:
    client = enter("acceptor")
    address = client.get(reverse("report-new")).url
    key = client.get(address).context["form"]["key"].value()
    sent = client.post(address, REPORT | {"key": key})
    again = client.get(address, follow=True)
    assert again.redirect_chain == [(sent.url, 302)] and "It is not sent again" in words_of(again)


def test_form_sent_again_with_other_words_says_so_and_then_makes_another_report(city: City, enter) -> None:
    client = enter("acceptor")
    client.post(reverse("report-new"), REPORT)
    told = client.post(reverse("report-new"), REPORT | {"description": "another"})
    assert told.status_code == 422 and "was sent before with other content" in words_of(told)
    key = told.context["form"]["key"].value()
    assert client.post(reverse("report-new"), REPORT | {"description": "another", "key": key}).status_code == 302
    assert Report.objects.unscoped(reason="test").count() == 2


def test_who_sent_a_report_reads_it_wherever_it_lies_and_decides_nothing(city: City, enter) -> None:
    for login in ("supervisor", "acceptor"):
        Post.objects.filter(role=login).update(areas=["900001002002"])
        client, key = enter(login), f"0190aaaa-0000-7000-8000-{len(login):012}"
        page = client.post(reverse("report-new"), REPORT | {"key": key}, follow=True)
        assert page.status_code == 200 and "Received. The receipt is" in words_of(page)
        report = page.context["report"]
        assert report.area_code.startswith("900001001001") and "accept" not in page.context
        assert client.post(reverse("report-refuse", args=[report.pk]), {"reason": "mine"}).status_code in (403, 422)
        assert Report.objects.unscoped(reason="test").get(pk=report.pk).state == "received"
        rows = [client.get(reverse("reports"), {"sent_by": who}).context["table"].rows for who in ("", "me")]
        assert [len(each) for each in rows] == [0, 1]
    assert enter("supervisor").get(reverse("report", args=[report.pk])).status_code == 404


@pytest.fixture
def grid_worker(city: City, enter):
    """Somebody of the first grids, where social events begin."""
    scheme = SchemeIn("social", "社会事件", "Social events", procedure="social-event")
    define_scheme(scheme=scheme, actor=CLERK, now=NOW)
    category = CategoryIn("matter", "01001", "邻里纠纷", "Dispute between neighbours")
    define_categories(scheme_code="social", categories=[category], actor=CLERK, now=NOW)
    post = access.make_post("grid_worker", organisation=city.sanitation, areas=["900001001001"])
    city.accounts["grid_worker"] = access.make_account("grid_worker", language="en", posts=[post])
    return enter("grid_worker")


def test_grid_worker_registers_what_it_found_itself(city: City, grid_worker, enter) -> None:
    form = grid_worker.get(reverse("report-new"), follow=True).context["form"]
    assert form["channel"].value() == "field"
    page = grid_worker.post(reverse("report-new"), REPORT | {"channel": "field"}, follow=True)
    (_, (_, offered)) = page.context["register"].fields["category"].choices
    assert offered == [("social/matter/01001", "Dispute between neighbours")]
    address = reverse("report-accept", args=[page.context["report"].pk])
    assert grid_worker.post(address, {"category": COVER}).status_code == 409
    case = grid_worker.post(address, {"category": offered[0][0]}, follow=True).context["case"]
    assert (case.state, case.source, case.procedure) == ("at_grid", "field", "social-event")


def test_nobody_registers_the_report_of_another_or_what_needs_more_than_words(city: City, grid_worker, enter) -> None:
    other = city.report(0, clock.now()).report_id
    assert "register" not in grid_worker.get(reverse("report", args=[other])).context
    address = reverse("report-accept", args=[other])
    assert grid_worker.post(address, {"category": "social/matter/01001"}).status_code == 403
    own = enter("supervisor").post(reverse("report-new"), REPORT, follow=True)
    assert "register" not in own.context and "waits for a decision of the acceptor" in words_of(own)
    assert Report.objects.unscoped(reason="test").exclude(state="received").count() == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"description": " "}, "description"),
        ({"lon": "", "lat": ""}, "lon"),
        ({"lat": ""}, "lat"),
        ({"lon": "0", "lat": "0"}, "lon"),
        ({"lon": "far"}, "lon"),
    ],
)
def test_report_that_cannot_be_used_names_the_field(city: City, enter, change: dict[str, str], field: str) -> None:
    page = enter("acceptor").post(reverse("report-new"), REPORT | change)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert Report.objects.unscoped(reason="test").count() == 0


def test_report_is_decided_once_and_the_second_is_told(city: City, enter) -> None:
    report = city.report(0, clock.now())
    client = enter("acceptor")
    accepted = client.post(reverse("report-accept", args=[report.report_id]), {"category": COVER})
    assert accepted.url.startswith("/cases/900001-")
    again = client.post(reverse("report-refuse", args=[report.report_id]), {"reason": "late"})
    assert again.status_code == 409
    assert "This report was decided before: Became a case." in words_of(again)


def test_accepting_is_offered_to_who_may_begin_and_named_to_others(city: City, enter) -> None:
    known, unknown = city.report(0, clock.now(), category_key=COVER), city.report(1, clock.now())
    for report in (known, unknown):
        address = reverse("report", args=[report.report_id])
        own, other = enter("acceptor").get(address), enter("shift_leader").get(address)
        form = reverse("report-accept", args=[report.report_id])
        assert form in words_of(own) and "up to: Acceptor." not in words_of(own)
        assert form not in words_of(other) and "By the procedure this is up to: Acceptor." in words_of(other)
        assert reverse("report-refuse", args=[report.report_id]) in words_of(other)


def test_address_of_what_is_posted_leads_to_the_page_it_belongs_to(city: City, enter) -> None:
    case = city.case(0, clock.now())
    client, report = enter("acceptor"), city.report(3, clock.now()).report_id
    for name in ("accept", "join", "refuse", "correct", "unjoin", "contact"):
        answer = client.get(reverse(f"report-{name}", args=[report]), {"back": "/reports/"})
        assert answer.url == f"{reverse('report', args=[report])}?back=%2Freports%2F"
    step = reverse("case-step", args=[case.number, "file"])
    assert client.get(step).url == case_url(case)
    assert client.get(reverse("waiting-act")).url == reverse("waiting")
    assert client.put(step).status_code == 405


def test_report_joins_a_case_nearby(city: City, enter) -> None:
    now = clock.now()
    case, report = city.case(0, now), city.report(14, now)  # the same place, 14 reports later
    client = enter("acceptor")
    page = client.get(reverse("report", args=[report.report_id]))
    assert [near.case.number for near in page.context["near"]] == [case.number]
    client.post(reverse("report-join", args=[report.report_id]), {"number": case.number})
    assert Report.objects.unscoped(reason="test").get(pk=report.report_id).case_id == case.pk


def test_cases_near_a_report_come_likeliest_first_with_their_reasons(city: City, enter) -> None:
    now = clock.now()
    far, same = city.case(28, now), city.case(56, now)  # 120 m away, and where the report lies
    report = city.report(14, now, category_key=LITTER)
    page = enter("acceptor").get(reverse("report", args=[report.report_id]))
    first, second = page.context["near"]
    assert (first.case.number, second.case.number) == (same.number, far.number)
    assert first.reasons.startswith("same category, 0 m, ")
    assert second.reasons in words_of(page)


def test_form_asks_while_it_is_filled_in_whether_it_is_one_of_these(city: City, enter) -> None:
    now = clock.now()
    case, client = city.case(0, now), enter("acceptor")
    given = {"description": case.summary, "category": case.category_id, "frame": "wgs84"}
    place = {"lon": case.location.x, "lat": case.location.y}
    told = words_of(client.post(reverse("report-near"), {**given, **place}))
    assert "Is it one of these?" in told
    assert case.number in told
    assert "same category" in told
    for missing in ({}, {"lon": place["lon"]}, {"lon": "x", "lat": "y"}, {"lon": 200, "lat": 1}):
        assert case.number not in words_of(client.post(reverse("report-near"), {**given, **missing}))
    assert reverse("report-near") in client.get(reverse("report-new") + "?key=" + str(uuid4())).content.decode()


def test_report_is_refused_only_with_a_reason(city: City, enter) -> None:
    report = city.report(0, clock.now())
    client = enter("acceptor")
    address = reverse("report-refuse", args=[report.report_id])
    assert client.post(address, {"reason": " "}).status_code == 422
    assert "Not in our district" in words_of(client.post(address, {"reason": "Not in our district"}, follow=True))


def test_contact_is_masked_until_it_is_revealed_with_a_reason_on_record(city: City, enter) -> None:
    report = city.report(0, clock.now(), contact={"name": "王女士", "phone": "13800138000"})
    client, address = enter("acceptor"), reverse("report-contact", args=[report.report_id])
    assert "13800138000" not in words_of(client.get(reverse("report", args=[report.report_id])))
    assert client.post(address, {"reason": ""}).status_code == 422
    shown = client.post(address, {"reason": "回访"})
    assert "13800138000" in words_of(shown)
    assert "no-store" in shown.headers["Cache-Control"]
    entry = AuditEntry.objects.get(action="reveal_contact")
    assert entry.data["reason"] == "回访"
    assert enter("supervisor").post(address, {"reason": "nosy"}).status_code == 403


def test_text_that_is_too_long_is_told_of_and_kept_whole(enter) -> None:
    client, text = enter("acceptor"), "井盖" * 50_000
    assert 'maxlength="5000"' not in client.get(reverse("report-new")).content.decode().partition("</textarea>")[0]
    page = client.post(reverse("report-new"), REPORT | {"description": text})
    assert page.status_code == 422 and "100000" in page.context["form"].errors["description"][0]
    assert text in page.content.decode()
