"""A new year's day table comes in by the page, and provisional deadlines move with it."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from citygrid.cases.models import Case
from citygrid.cases.queries import prove
from citygrid.cases.services import clocks
from citygrid.cases.tasks import follow_calendar
from citygrid.catalogue.services import StandardIn, publish_standard
from citygrid.desk.tests.factories import CLERK, COVER, DISTRICT, TO_DISPATCHED, City
from citygrid.geography.models import Area
from citygrid.kernel import calendars, clock
from citygrid.kernel.actor import system_actor
from citygrid.kernel.models import AuditEntry, CalendarVersion
from citygrid.kernel.worktime import Limit, Unit

Enter = Callable[[str], Client]
PAGE = "/administration/calendar/"
SPENT = 7  # queries
HEAD = "date,kind,name_zh,notice_year,notice,published_at\n"
TABLE = (
    HEAD
    + "2027-01-01,statutory,元旦,2027,测试通知,2026-11-20\n2027-01-03,swapped_workday,元旦,2027,测试通知,2026-11-20\n"
)

pytestmark = pytest.mark.usefixtures("administrators")


@pytest.fixture(autouse=True)
def _shipped(db: None) -> None:
    call_command("load_calendar")


def send(client: Client, text: str) -> object:
    return client.post(f"{PAGE}?key=cn", {"file": SimpleUploadedFile("2027.csv", text.encode())})


def test_day_table_of_a_year_takes_its_place_and_leaves_the_others(enter: Enter) -> None:
    before = calendars.newest_version("cn")
    past = [row for row in calendars.day_rows(before) if row.date.year != 2027]
    assert send(enter("system_administrator"), TABLE).status_code == 302
    after = calendars.newest_version("cn")
    assert (after.number, 2027 in before.published_years, 2027 in after.published_years) == (
        before.number + 1,
        False,
        True,
    )
    rows = calendars.day_rows(after)
    assert [row for row in rows if row.date.year != 2027] == past
    assert [str(row.date) for row in rows if row.date.year == 2027] == ["2027-01-01", "2027-01-03"]
    assert AuditEntry.objects.get(subject="kernel.calendar/cn").data["years"] == [2027]


def test_same_table_again_makes_no_version(enter: Enter) -> None:
    client = enter("system_administrator")
    for _ in range(2):
        send(client, TABLE)
    assert CalendarVersion.objects.filter(calendar="cn").count() == 2


@pytest.mark.parametrize(
    "text", ["nonsense", HEAD + "2027-13-01,statutory,x,2027,n,\n", TABLE + TABLE.removeprefix(HEAD)]
)
def test_unusable_table_is_refused_at_its_field(enter: Enter, text: str) -> None:
    answer = send(enter("system_administrator"), text)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["file"])
    assert CalendarVersion.objects.filter(calendar="cn").count() == 1


def test_days_of_a_year_are_shown_and_say_whether_they_are_final(enter: Enter) -> None:
    client = enter("system_administrator")
    send(client, TABLE)
    page = client.get(f"{PAGE}?key=cn&year=2027", headers={"accept-language": "en"})
    assert page.context["is_published"] and len(page.context["table"].rows) == 2
    assert client.get(f"{PAGE}?key=cn&year=x").status_code == 200


def test_recomputing_lists_what_moved(enter: Enter, city: City) -> None:
    start = clock.now() - timedelta(hours=2)
    case = city.play(city.case(0, start), *TO_DISPATCHED, start=start)
    right = case.due_at
    rows = Case.objects.unscoped(reason="a deadline of a year that was not published")
    rows.filter(pk=case.pk).update(is_provisional=True, due_at=right + timedelta(days=1))
    page = enter("system_administrator").post(f"{PAGE}recompute/")
    assert (page.status_code, len(page.context["moved"].rows)) == (200, 1) and case.number in page.content.decode()
    case.refresh_from_db()
    assert (case.due_at, case.is_provisional) == (right, False)


def test_page_costs_no_more_queries_with_more_days(enter: Enter, django_assert_num_queries) -> None:
    client = enter("system_administrator")
    client.get(PAGE)
    for year in (2027, 2026):
        with django_assert_num_queries(SPENT):
            client.get(f"{PAGE}?year={year}")


@pytest.mark.parametrize("year", ["0", "9999", "99999999999", "-1", "x", ""])
def test_year_that_no_calendar_has_shows_the_present_one(enter: Enter, year: str) -> None:
    answer = enter("system_administrator").get(PAGE, {"year": year})
    assert (answer.status_code, answer.context["year"]) == (200, clock.now().year)


def test_calendars_are_for_who_keeps_them(enter: Enter) -> None:
    client = enter("security_administrator")
    assert client.get(PAGE).status_code == client.post(f"{PAGE}recompute/").status_code == 403


DAY = f"{PAGE}day/"


@pytest.fixture
def _in_june() -> Iterator[None]:
    """A Wednesday of a year whose notice is known, at ten in the morning."""
    with clock.standing_at(datetime(2026, 6, 10, 2, tzinfo=UTC)):
        yield


_done: set[int] = set()
THURSDAY = date(2026, 6, 11)


def open_with_two_days(city: City, place: int = 0) -> Case:
    """A case to be handled within two working days: by Friday."""
    Area.objects.filter(code=DISTRICT).update(calendar_key="cn")
    words = {"condition_zh": "井盖松动", "closing_zh": "井盖稳固"}
    days = StandardIn(code=f"{COVER}/days", category_key=COVER, limit=Limit(2, Unit.WORK_DAY), **words)
    standard = publish_standard(standard=days, actor=CLERK, now=clock.now(), valid_from_date=date(2020, 1, 1))
    city.standards[COVER] = standard
    start = clock.now() - timedelta(minutes=50)
    return city.play(city.case(place, start), *TO_DISPATCHED, start=start, every=timedelta(minutes=10))


def follow() -> int:
    """Do what waits to follow the calendar, as the worker does; how many jobs there were."""
    done = 0
    while job := ProcrastinateJob.objects.filter(task_name="cases.follow_calendar").order_by("id").last():
        if job.id in _done:
            return done
        _done.add(job.id)
        follow_calendar(**job.args)
        done += 1
    return done


def said(client: Client, day: date, **changes: str) -> object:
    given = {"kind": "holiday", "name": "临时放假", "notice": "测试通知", "act": "preview"} | changes
    return client.post(f"{DAY}?key=cn&day={day}", given)


def test_year_is_twelve_months_with_what_each_day_is(enter: Enter) -> None:
    page = enter("system_administrator").get(f"{PAGE}?key=cn&year=2026", headers={"accept-language": "en"})
    months = page.context["months"]
    days = {day.date: day for month in months for week in month.weeks for day in week if day}
    assert (len(months), len(days)) == (12, 365)
    rows = {str(row.date): row for row in calendars.day_rows(calendars.newest_version("cn")) if row.date.year == 2026}
    assert {date for date, day in days.items() if day.style in ("off", "worked")} == set(rows)
    assert all((days[date].style == "worked") is (row.kind == "swapped_workday") for date, row in rows.items())
    assert "Off by law" in days["2026-01-01"].words
    assert f'href="{DAY}?key=cn&amp;day=2026-10-08"' in page.content.decode()


def test_year_without_a_notice_is_shown_but_not_changed(enter: Enter) -> None:
    client = enter("system_administrator")
    page = client.get(f"{PAGE}?key=cn&year=2027").content.decode()
    assert page.count('class="month"') == 12 and "calendar/day/" not in page
    assert [client.get(f"{DAY}?key=cn&day={day}").status_code for day in ("2027-01-04", "x", "2026-02-30")] == [
        404
    ] * 3
    assert client.get(f"{DAY}?key=none&day=2026-10-08").status_code == 404


@pytest.mark.usefixtures("_in_june")
def test_day_that_is_off_moves_open_deadlines_seen_before(enter: Enter, city: City) -> None:
    client, case, day = enter("system_administrator"), open_with_two_days(city), THURSDAY
    was, before = case.due_at, calendars.newest_version("cn")
    page = said(client, day)
    (row,) = page.context["moved"].rows
    assert row[0].value == case.number and row[1].value == was and row[2].value > was
    case.refresh_from_db()
    assert case.due_at == was and calendars.newest_version("cn") == before
    assert said(client, day, act="publish").status_code == 302
    follow()
    case.refresh_from_db()
    assert case.due_at == row[2].value
    entry = AuditEntry.objects.get(action="change_day")
    assert (entry.subject, entry.data["day"]) == ("kernel.calendar/cn", str(day))
    (proof,) = prove(system_actor("tests"))
    assert proof.mismatched == []


@pytest.mark.usefixtures("_in_june")
def test_day_is_what_its_weekday_says_again(enter: Enter, city: City) -> None:
    client, case, day = enter("system_administrator"), open_with_two_days(city), THURSDAY
    was = case.due_at
    said(client, day, act="publish")
    follow()
    assert said(client, day, kind="usual", act="publish").status_code == 302
    follow()
    case.refresh_from_db()
    assert case.due_at == was and calendars.newest_version("cn").number == 3


@pytest.mark.usefixtures("_in_june")
def test_open_deadlines_follow_a_calendar_a_batch_at_a_time(enter: Enter, city: City, monkeypatch) -> None:
    monkeypatch.setattr(clocks, "FOLLOWED", 2)
    cases = [open_with_two_days(city, 210 * place) for place in range(5)]
    was = {case.pk: case.due_at for case in cases}
    said(enter("system_administrator"), THURSDAY, act="publish")
    assert follow() == 3  # two, two and one
    assert all(Case.objects.unscoped(reason="test").get(pk=pk).due_at > due for pk, due in was.items())
    moved = AuditEntry.objects.filter(action="recompute_deadline", actor_label="Change of the calendar")
    assert moved.count() == 5


@pytest.mark.parametrize(
    ("changes", "field"), [({"notice": ""}, "notice"), ({"kind": "usual", "name": "", "notice": ""}, "__all__")]
)
def test_day_that_cannot_be_changed_so_is_refused(enter: Enter, changes: dict[str, str], field: str) -> None:
    answer = said(enter("system_administrator"), date(2026, 6, 10), act="publish", **changes)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert CalendarVersion.objects.filter(calendar="cn").count() == 1


@pytest.mark.parametrize(
    ("day", "kinds"), [("2026-06-10", ["usual", "holiday"]), ("2026-06-13", ["usual", "holiday", "swapped_workday"])]
)
def test_weekday_is_not_worked_instead(enter: Enter, day: str, kinds: list[str]) -> None:
    form = enter("system_administrator").get(f"{DAY}?key=cn&day={day}").context["form"]
    assert [str(value) for value, _ in form.fields["kind"].choices] == kinds


@pytest.mark.usefixtures("_in_june")
def test_preview_of_a_day_costs_no_more_queries_with_more_cases(enter: Enter, city: City) -> None:
    client = enter("system_administrator")
    open_with_two_days(city)
    said(client, THURSDAY)
    spent = []
    for place in range(3):
        with CaptureQueriesContext(connection) as caught:
            assert said(client, THURSDAY).context["moved"].rows
        spent.append(len(caught))
        open_with_two_days(city, 42 * (place + 1))
    assert spent[0] == spent[1] == spent[2]
