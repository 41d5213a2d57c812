"""The component of a report or a case on the pages: offered, chosen, shown, corrected, looked for."""

from typing import Any

from django.urls import reverse

from citygrid.access.tests.factories import make_account, make_post
from citygrid.cases.choices import NO_COMPONENT
from citygrid.cases.models import Case
from citygrid.desk.tests.factories import COVER, LITTER, City, add_cover
from citygrid.intake import services as intake
from citygrid.intake.models import Report
from citygrid.kernel import clock

NOBODYS = "90000101001999999"


def words_of(answer: Any) -> str:
    return str(answer.content.decode())


def report_url(report: Any, name: str = "report") -> str:
    return reverse(name, args=[report.report_id])


def stored() -> Any:
    return Case.objects.unscoped(reason="test")


def case_about(city: City, component_id: str) -> Case:
    """A case accepted from the report at the first place."""
    report, now = city.report(0, clock.now()), clock.now()
    given = {"report_id": report.report_id, "category_key": COVER, "component_id": component_id}
    return intake.accept_report(**given, actor=city.actor("acceptor", now), now=now)


def correct(client: Any, case: Case, **fields: str) -> Any:
    data = {
        "category": COVER,
        "frame": "wgs84",
        "reason": "so says the label",
        "expected_seq": case.head_seq,
        **fields,
    }
    return client.post(reverse("case-step", args=[case.number, "correct"]), data)


def choices_of(form: Any) -> list[str]:
    return [value for value, _ in form.fields["component"].widget.choices]


def test_nearest_components_of_the_category_are_offered_and_none_is_chosen(city: City, enter) -> None:
    cover, far = add_cover(), add_cover(0.0056)
    page = enter("acceptor").get(report_url(city.report(0, clock.now(), category_key=COVER)))
    drawn, form = words_of(page), page.context["accept"]
    assert choices_of(form) == ["", cover.pk] and form["component"].value() in (None, "")
    assert "9 m away" in drawn and "Kept up by 排水公司" in drawn and far.pk not in drawn
    other = enter("acceptor").get(report_url(city.report(1, clock.now(), category_key=LITTER)))
    assert "component" not in other.context["accept"].fields


def test_report_becomes_a_case_about_the_component_that_was_chosen(city: City, enter) -> None:
    cover, client = add_cover(), enter("acceptor")
    about, without = (city.report(place, clock.now(), category_key=COVER) for place in (0, 14))
    page = client.post(report_url(about, "report-accept"), {"category": COVER, "component": cover.pk}, follow=True)
    assert stored().get().component_id == cover.pk
    assert f"?component={cover.pk}" in words_of(page)
    client.post(report_url(without, "report-accept"), {"category": COVER, "component": ""})
    assert [case.component_id for case in stored().order_by("opened_at")] == [cover.pk, None]


def test_components_of_a_category_chosen_here_are_shown_before_anything_is_decided(city: City, enter) -> None:
    cover, client, report = add_cover(), enter("acceptor"), city.report(0, clock.now())
    address = report_url(report, "report-accept")
    assert "component" not in client.get(report_url(report)).context["accept"].fields
    page = client.post(address, {"category": COVER, "look": "1"})
    assert page.status_code == 200 and choices_of(page.context["accept"]) == ["", cover.pk]
    assert page.context["accept"]["category"].value() == COVER
    none = client.post(address, {"category": LITTER, "look": "1"})
    assert "No component of this category within 50 m." in words_of(none)
    assert client.post(address, {"category": "", "look": "1"}).status_code == 422
    assert stored().count() == 0
    assert Report.objects.unscoped(reason="test").get().state == "received"


def test_component_that_does_not_fit_is_refused_in_words_and_the_input_is_kept(city: City, enter) -> None:
    cover, client, report = add_cover(), enter("acceptor"), city.report(0, clock.now(), category_key=COVER)
    page = client.post(report_url(report, "report-accept"), {"category": LITTER, "component": cover.pk})
    assert page.status_code == 400 and "of another category than the case" in words_of(page)
    assert page.context["accept"]["category"].value() == LITTER
    page = client.post(report_url(report, "report-accept"), {"category": COVER, "component": NOBODYS})
    assert page.status_code == 400 and "not in the inventory" in words_of(page)
    assert stored().count() == 0


def test_case_page_tells_the_component_to_who_sees_it_and_its_identifier_to_everybody(city: City, enter) -> None:
    case = case_about(city, add_cover().pk)
    drawn = words_of(enter("acceptor").get(reverse("case", args=[case.number])))
    assert case.component_id in drawn and "Intact · Kept up by 排水公司" in drawn
    post = make_post("community_officer", organisation=city.water, areas=["900001"])
    city.accounts["officer"] = make_account("officer", language="en", posts=[post])
    drawn = words_of(enter("officer").get(reverse("case", args=[case.number])))
    assert case.component_id in drawn and "Kept up by" not in drawn


def test_component_of_a_case_is_corrected_or_taken_away(city: City, enter) -> None:
    first, second, client = add_cover(), add_cover(0.0007), enter("acceptor")
    case = case_about(city, first.pk)
    page = client.get(reverse("case", args=[case.number]))
    (form,) = [form for form in page.context["steps"] if form.action.code == "correct"]
    assert choices_of(form) == ["", NO_COMPONENT, second.pk]
    page = correct(client, case, component=second.pk).client.get(reverse("case", args=[case.number]))
    assert "Sewage manhole cover no. 1 → Sewage manhole cover no. 2" in words_of(page)
    case.refresh_from_db()
    assert case.component_id == second.pk
    assert correct(client, case, component=NOBODYS).status_code == 400
    assert correct(client, case, component=NO_COMPONENT).status_code == 302
    assert stored().get().component_id is None


def test_cases_of_a_component_are_a_list(city: City, enter) -> None:
    case = case_about(city, add_cover().pk)
    city.case(14, clock.now())
    page = enter("acceptor").get(reverse("cases"), {"component": case.component_id})
    assert [row[0].value for row in page.context["table"].rows] == [case.number]
    assert page.context["form"].is_more_used
    assert not enter("acceptor").get(reverse("cases"), {"component": NOBODYS}).context["table"].rows
