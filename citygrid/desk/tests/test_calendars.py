"""A new year's day table comes in by the page, and provisional deadlines move with it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from citygrid.cases.models import Case
from citygrid.desk.tests.factories import TO_DISPATCHED, City
from citygrid.kernel import calendars, clock
from citygrid.kernel.models import AuditEntry, CalendarVersion

Enter = Callable[[str], Client]
PAGE = "/administration/calendar/"
SPENT = 6  # queries
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


def test_calendars_are_for_who_keeps_them(enter: Enter) -> None:
    client = enter("security_administrator")
    assert client.get(PAGE).status_code == client.post(f"{PAGE}recompute/").status_code == 403
