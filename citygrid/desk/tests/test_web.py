"""The pages: what they show to whom, and how their forms answer."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import localdate

from citygrid.access.models import Post
from citygrid.access.tests import factories as access
from citygrid.cases.models import Case
from citygrid.cases.rules import Given
from citygrid.cases.services import take_step
from citygrid.desk.tests.factories import COVER, LITTER, TO_DISPATCHED, City, add_administrator, make_cases
from citygrid.kernel import clock
from citygrid.kernel.memo import forget
from citygrid.workflow import queries as workflow

PAGES = ("home", "notices", "waiting", "reports", "report-new", "cases", "map", "categories", "procedures")


@pytest.fixture
def cases(city: City) -> list[Case]:
    return make_cases(city, clock.now())


@pytest.fixture
def filed(city: City) -> Case:
    start = clock.now() - timedelta(hours=1)
    return city.play(city.case(0, start), "shift_leader file", start=start)


def case_url(case: Case) -> str:
    return reverse("case", args=[case.number])


def step_url(case: Case, action: str) -> str:
    return reverse("case-step", args=[case.number, action])


def words_of(answer) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_page_opens_without_and_with_rows(city: City, enter, name: str) -> None:
    client = enter("acceptor")
    assert client.get(reverse(name), follow=True).status_code == 200
    make_cases(city, clock.now())
    assert client.get(reverse(name), follow=True).status_code == 200


def test_case_page_opens_in_every_state_for_every_role_that_sees_it(cases: list[Case], enter, city: City) -> None:
    for login in city.accounts:
        client = enter(login)
        for case in cases:
            sees = login not in ("water", "sanitation") or (case.unit and case.unit.code == login)
            assert client.get(case_url(case)).status_code == (200 if sees else 404), (login, case.state)


def test_department_finds_only_its_own_cases(cases: list[Case], enter, city: City) -> None:
    numbers = {row[0].value for row in enter("water").get(reverse("cases")).context["table"].rows}
    assert numbers == {case.number for case in cases if case.unit_id == city.water.pk}
    assert numbers != {case.number for case in cases}


def test_department_is_refused_the_reports(enter, cases: list[Case]) -> None:
    assert enter("water").get(reverse("reports")).status_code == 403
    assert reverse("reports") not in words_of(enter("water").get(reverse("home")))


@pytest.mark.parametrize(
    ("state", "login", "offered"),
    [
        (0, "acceptor", ["send_to_verify", "correct", "bundle"]),
        (0, "shift_leader", ["file", "correct", "void", "bundle"]),
        (3, "dispatcher", ["dispatch", "send_back_to_file"]),
        (5, "water", ["reply", "return", "extend", "hang"]),
        (7, "dispatcher", ["approve_return", "decline_return"]),
        (11, "shift_leader", ["close", "rework", "void"]),
        (12, "supervisor", []),
    ],
)
def test_case_page_offers_only_the_actions_allowed_now(
    city: City, enter, state: int, login: str, offered: list[str]
) -> None:
    now = clock.now()
    cases = make_cases(city, now, state + 1)
    forms = enter(login).get(case_url(cases[state])).context["steps"]
    found = [form.action.code for form in forms]
    # The case of place 5 may be overdue by then, and then it is too late to extend.
    assert [code for code in found if code != "extend"] == [code for code in offered if code != "extend"]


def test_form_of_an_action_asks_exactly_for_what_it_needs(city: City, enter, filed: Case) -> None:
    dispatch, send_back = enter("dispatcher").get(case_url(filed)).context["steps"]
    assert list(dispatch.fields) == ["expected_seq", "unit"]
    assert list(send_back.fields) == ["expected_seq", "reason"]


def test_unit_the_rules_name_is_chosen_beforehand_and_explained(city: City, enter, filed: Case) -> None:
    page = enter("dispatcher").get(case_url(filed))
    assert page.context["steps"][0]["unit"].initial == str(city.water.pk)
    assert "says the most about this case" in words_of(page)


def test_units_that_could_not_take_the_case_are_not_offered(city: City, enter, filed: Case) -> None:
    page = enter("dispatcher").get(case_url(filed))
    groups = [options for _group, options in page.context["steps"][0]["unit"].field.choices if _group]
    assert {str(city.water.pk), str(city.sanitation.pk)} == {value for options in groups for value, _name in options}
    add_administrator(city)  # the water company has a post, but none that takes cases
    Post.objects.filter(organisation=city.water, role="department").update(is_active=False)
    forget()
    field = enter("dispatcher").get(case_url(filed)).context["steps"][0]["unit"]
    assert str(city.water.pk) not in str(field) and field.initial != str(city.water.pk)


def test_step_is_taken_and_the_page_says_so(city: City, enter, filed: Case) -> None:
    data = {"expected_seq": filed.head_seq, "unit": city.water.pk}
    page = enter("dispatcher").post(step_url(filed, "dispatch"), data, follow=True)
    assert page.redirect_chain == [(case_url(filed), 302)]
    assert "Done: Dispatch. The case is now: Dispatched." in words_of(page)


def test_step_of_a_program_is_answered_without_a_page(city: City, enter, filed: Case) -> None:
    client, wants_json = enter("dispatcher"), {"accept": "application/json"}
    address, data = step_url(filed, "dispatch"), {"expected_seq": filed.head_seq, "unit": city.water.pk}
    wrong = client.post(address, {**data, "unit": ""}, headers=wants_json)
    assert (wrong.status_code, wrong["Content-Type"]) == (400, "application/problem+json")
    assert client.post(address, data, headers=wants_json).status_code == 204
    late = client.post(address, data, headers=wants_json)
    assert late.status_code == 409 and "孙派遣" in late.json()["title"]


def test_what_is_asked_for_is_not_told_as_done(city: City, enter) -> None:
    start = clock.now() - timedelta(hours=1)
    case = city.play(city.case(0, start), *TO_DISPATCHED, start=start)
    data = {"expected_seq": case.head_seq, "reason": "备件明日到货。"}
    drawn = words_of(enter("water").post(step_url(case, "extend"), data, follow=True))
    assert "Asked for: Extend. It waits for an answer." in drawn and "Done: Extend" not in drawn
    asked = words_of(enter("dispatcher").get(case_url(case)))
    assert "Reason: 备件明日到货. The answer is for: Dispatcher." in asked


def test_administrator_is_led_from_the_empty_home_to_the_administration(city: City, enter) -> None:
    add_administrator(city, language="en")
    assert 'href="/administration/"' in words_of(enter("system_administrator").get("/")).split("<main")[1]


def test_timeline_names_the_post_in_the_language_of_the_page(city: City, enter, filed: Case) -> None:
    assert "赵值班 (Shift leader)" in words_of(enter("shift_leader").get(case_url(filed)))


def test_case_is_corrected_on_its_page_and_the_history_says_from_what_to_what(city: City, enter) -> None:
    case = city.case(0, clock.now() - timedelta(hours=1))
    data = {"expected_seq": 1, "category": LITTER, "frame": "wgs84", "area": "900001002001", "reason": "认错了"}
    page = enter("acceptor").post(step_url(case, "correct"), data, follow=True)
    drawn = words_of(page)
    assert "Sewage manhole cover → Exposed litter" in drawn and "Longfusi" in drawn and "认错了" in drawn
    assert enter("dispatcher").post(step_url(case, "correct"), data).status_code == 409
    half = {**data, "expected_seq": 2, "area": "", "lon": "116.3"}
    page = enter("acceptor").post(step_url(case, "correct"), half)
    assert page.status_code == 422 and "needs both longitude and latitude" in words_of(page)


def test_missing_field_is_named_and_nothing_happens(enter, filed: Case) -> None:
    page = enter("dispatcher").post(step_url(filed, "send_back_to_file"), {"expected_seq": filed.head_seq})
    assert page.status_code == 422
    assert page.context["sent"].errors == {"reason": ["This field is required."]}
    assert 'href="#send_back_to_file_reason"' in words_of(page)
    filed.refresh_from_db()
    assert filed.state == "filed"


def test_late_step_is_refused_and_shows_who_was_first(city: City, enter, filed: Case) -> None:
    now = clock.now()
    given = Given(unit_id=city.sanitation.pk)
    take_step(case_id=filed.pk, action="dispatch", given=given, actor=city.actor("dispatcher", now), now=now)
    data = {"expected_seq": filed.head_seq, "unit": city.water.pk}
    page = enter("dispatcher").post(step_url(filed, "dispatch"), data)
    assert page.status_code == 409
    assert "孙派遣 (Dispatcher)" in words_of(page)
    assert page.context["case"].unit_id == city.sanitation.pk


def test_step_of_another_role_is_refused_in_words(enter, filed: Case) -> None:
    data = {"expected_seq": filed.head_seq, "reason": "wrong"}
    page = enter("dispatcher").post(step_url(filed, "void"), data)
    assert page.status_code == 409
    assert "it belongs to another post" in words_of(page)


def test_unknown_action_and_unknown_case_are_not_found(enter, filed: Case) -> None:
    client = enter("dispatcher")
    assert client.post(step_url(filed, "explode"), {}).status_code == 404
    assert client.get(reverse("case", args=["900001-20260101-9999"])).status_code == 404


def test_deferral_runs_through_the_day_that_was_chosen(city: City, enter) -> None:
    start = clock.now() - timedelta(hours=1)
    case = city.play(city.case(0, start), *TO_DISPATCHED, start=start)
    day = localdate(start) + timedelta(days=10)
    data = {"expected_seq": case.head_seq, "reason": "施工", "until": f"{day:%Y-%m-%d}"}
    assert enter("water").post(step_url(case, "hang"), data).status_code == 302
    case.refresh_from_db()
    assert case.pending_data["until_at"] == f"{day + timedelta(days=1):%Y-%m-%d}T00:00:00+08:00"


@pytest.mark.parametrize("day", ["2020-01-01", "9999-12-31"])
def test_deferral_to_a_day_that_cannot_be_names_the_field_and_keeps_the_words(city: City, enter, day: str) -> None:
    start = clock.now() - timedelta(hours=1)
    case = city.play(city.case(0, start), *TO_DISPATCHED, start=start)
    data = {"expected_seq": case.head_seq, "reason": "施工", "until": day}
    page = enter("water").post(step_url(case, "hang"), data)
    assert page.status_code == 422 and list(page.context["sent"].errors) == ["until"] and "施工" in words_of(page)


def test_page_of_a_reopened_case_says_how_its_first_round_came_out(city: City, enter) -> None:
    start = clock.now() - timedelta(hours=4)
    steps = ("water take", "water reply", "acceptor send_to_check", "supervisor pass_check", "shift_leader close")
    case = city.play(city.case(0, start), *TO_DISPATCHED, *steps, start=start)
    drawn = words_of(enter("shift_leader").get(case_url(case)))
    assert "<dt>Handled</dt><dd>In time</dd>" in drawn and "Verdict of the first round" not in drawn
    city.play(case, "shift_leader reopen", start=start + timedelta(hours=3))
    drawn = words_of(enter("shift_leader").get(case_url(case)))
    assert "<dt>Handled</dt><dd>In time</dd>" in drawn
    assert "Verdict of the first round" in drawn and "Due " not in drawn


def test_case_is_bundled_by_number_and_both_pages_say_so(city: City, enter) -> None:
    now = clock.now()
    first, second = city.case(0, now), city.case(2, now)
    client = enter("acceptor")
    data = {"expected_seq": 1, "reason": "同一井盖", "case": "900001-20200101-0001"}
    assert client.post(step_url(second, "bundle"), data).status_code == 422
    assert client.post(step_url(second, "bundle"), data | {"case": first.number}).status_code == 302
    assert "bundled into this case" in words_of(client.get(case_url(first)))
    assert first.number in words_of(client.get(case_url(second)))


@pytest.mark.parametrize(
    ("query", "picks"),
    [
        ({"state": "filed"}, lambda case: case.state == "filed"),
        ({"area": "900001002"}, lambda case: case.area_code.startswith("900001002")),
        ({"category": "city/matter/01"}, lambda case: case.category_id != COVER),
        ({"words": "礼士胡同"}, lambda case: "礼士胡同" in case.address),
        ({"lamp": "paused"}, lambda case: case.state == "hung"),
        ({"open": "0"}, lambda case: not case.is_open),
        ({"opened_until": "2020-01-01"}, lambda case: False),
        ({"opened_until": "9999-12-31"}, lambda case: True),
        ({"opened_from": "no date"}, lambda case: True),
    ],
)
def test_filter_keeps_the_cases_it_names(cases: list[Case], enter, query: dict[str, str], picks) -> None:
    table = enter("inspector").get(reverse("cases"), query).context["table"]
    assert {row[0].value for row in table.rows} == {case.number for case in cases if picks(case)}


def test_filter_by_unit_keeps_its_cases(cases: list[Case], enter, city: City) -> None:
    table = enter("inspector").get(reverse("cases"), {"unit": city.water.pk}).context["table"]
    assert {row[0].value for row in table.rows} == {case.number for case in cases if case.unit_id == city.water.pk}


def test_list_is_sorted_by_deadline_with_the_unlimited_last(cases: list[Case], enter) -> None:
    for sort in ("due", "-due"):
        table = enter("inspector").get(reverse("cases"), {"sort": sort}).context["table"]
        dues = [row[4].value.due_at if row[4].value else None for row in table.rows]
        known = [due for due in dues if due]
        assert known == sorted(known, reverse=sort == "-due")


def test_list_leafs_by_fifty(city: City, enter) -> None:
    now = clock.now()
    for place in range(52):
        city.case(place, now)
    client = enter("inspector")
    first, second = (client.get(reverse("cases"), {"page": page}).context["table"] for page in ("1", "2"))
    assert (len(first.rows), first.pager.words, first.pager.next_url) == (50, "1 to 50", "?page=2")
    assert (len(second.rows), second.pager.words, second.pager.next_url) == (2, "51 to 52", "")


def test_home_counts_what_waits_by_lamp(city: City, enter) -> None:
    start = clock.now() - timedelta(hours=9)
    late = city.play(city.case(1, start), *TO_DISPATCHED, start=start)
    city.play(city.case(6, clock.now()), "shift_leader file", start=clock.now())
    page = enter("sanitation").get(reverse("home"))
    assert {key: page.context["counts"][key] for key in ("all", "red", "yellow")} == {"all": 1, "red": 1, "yellow": 0}
    assert [row[0].value for row in page.context["tables"][0].rows] == [late.number]


def test_filter_in_the_fold_opens_the_fold(enter, city: City) -> None:
    client = enter("inspector")
    for query, is_open in (({"words": "x"}, False), ({"source": "hotline"}, True)):
        assert client.get(reverse("cases"), query).context["form"].is_more_used is is_open


def test_home_of_an_administrator_says_that_no_case_work_waits(client, city: City) -> None:
    post = access.make_post("system_administrator", areas=[""])
    client.force_login(access.make_account("admin", language="en", posts=[post]))
    page = words_of(client.get(reverse("home")))
    assert "Your post works on no cases." in page
    assert reverse("categories") in page
    assert reverse("cases") not in page


def test_rules_in_force_are_listed_for_who_may_see_them(city: City, enter) -> None:
    drawn = words_of(enter("dispatcher").get(reverse("rules")))
    assert "Drainage company" in drawn and "Sewage manhole cover" in drawn
    assert enter("acceptor").get(reverse("rules")).status_code == 403


def test_trial_of_one_rule_shows_what_would_go_elsewhere(city: City, enter) -> None:
    case = next(case for case in make_cases(city, clock.now()) if case.category_id == COVER and case.dispatched_at)
    client, address, today = enter("dispatcher"), reverse("rules-try"), localdate()
    days = {"since": today - timedelta(days=2), "until": today}
    assert client.get(address).status_code == 200
    # In the street the drainage company has by its category, this unit gets everything: neither rule says more.
    page = client.post(address, {**days, "unit": city.sanitation.pk, "area": case.area_code[:9]})
    assert page.status_code == 200 and "No longer sure: a person decides" in words_of(page)
    assert case.number in words_of(page)
    page = client.post(
        address, {**days, "unit": city.sanitation.pk, "layer": "road", "feature": "R1", "category": COVER}
    )
    assert "Now to another unit" in words_of(page) and page.context["trial"].groups[0].count > 0
    none = {"since": "2020-01-01", "until": "2020-01-02", "unit": city.sanitation.pk}
    assert "No case was dispatched or decided" in words_of(client.post(address, none))


def test_trial_says_what_is_wrong_with_days_rule_and_file(city: City, enter) -> None:
    client, address, today = enter("dispatcher"), reverse("rules-try"), localdate()
    days = {"since": today, "until": today}
    answers = {
        "one of the two": days,
        "more than a year": {"since": "2020-01-01", "until": today, "unit": city.water.pk},
        "A feature needs its layer": {**days, "unit": city.water.pk, "feature": "R1"},
        "cannot be read": {**days, "file": SimpleUploadedFile("rules.xlsx", b"PK no workbook")},
        "is not one of the choices": {**days, "file": sheet("nowhere")},
        "changes nothing": {**days, "file": sheet("water", COVER)},
    }
    for words, data in answers.items():
        page = client.post(address, data)
        assert page.status_code == 422 and words in words_of(page), words


def test_trial_of_a_file_counts_its_changes(city: City, enter) -> None:
    make_cases(city, clock.now())
    data = {"since": localdate() - timedelta(days=2), "until": localdate(), "file": sheet("sanitation", LITTER)}
    page = enter("dispatcher").post(reverse("rules-try"), data)
    assert "Decided by a person, now by itself" in words_of(page)
    assert {line.after for line in page.context["lines"]} == {"Sanitation centre"}


def test_trial_of_a_file_counts_what_holds_on_its_day(city: City, enter) -> None:
    make_cases(city, clock.now())
    client, soon = enter("dispatcher"), localdate() + timedelta(days=3)
    for on, told in ((localdate(), "No case would go another way."), (soon, "Decided by a person, now by itself")):
        data = {"since": localdate() - timedelta(days=2), "until": localdate(), "on": on}
        page = client.post(reverse("rules-try"), {**data, "file": sheet("sanitation", LITTER, f"{soon}")})
        assert told in words_of(page) and f"Rules and places are those of {on}" in words_of(page)
    assert "Enter a valid date" in words_of(client.post(reverse("rules-try"), {**data, "on": "soon"}))


def sheet(unit: str, category: str = "", begins: str = "") -> SimpleUploadedFile:
    """A file with one rule."""
    header = "unit,category,area,layer,feature,problem_type,note,from,until"
    return SimpleUploadedFile("rules.csv", f"{header}\n{unit},{category},,,,,,{begins},\n".encode())


def test_category_page_shows_the_standards_in_force(city: City, enter) -> None:
    page = words_of(enter("water").get(reverse("category", args=[COVER])))
    assert "The cover is broken or missing" in page
    assert "4 urgent hours" in page


def test_procedure_page_draws_the_procedure_in_the_language_of_the_page(city: City, enter) -> None:
    client = enter("water")
    address = reverse("procedure", args=["city-case", workflow.latest_version("city-case")])
    assert "Being handled</text>" in words_of(client.get(address))
    client.cookies["django_language"] = "zh-hans"
    assert "处置中</text>" in words_of(client.get(address))


def test_signed_out_visitor_is_sent_to_sign_in(client, city: City) -> None:
    for name in PAGES:
        assert client.get(reverse(name)).url == f"{reverse('sign-in')}?next={reverse(name)}"
