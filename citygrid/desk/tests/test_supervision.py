"""The pages of supervision: who sees them, what they show, what becomes of a moved task."""

from datetime import timedelta

import pytest
from django.urls import reverse

from citygrid.access.tests import factories as access
from citygrid.cases.models import Case
from citygrid.desk.tests.factories import DISTRICT, LIVES, City, make_cases
from citygrid.kernel import clock


@pytest.fixture
def other(city: City):
    post = access.make_post("supervisor", areas=[DISTRICT], title=("机动岗", "Spare post"))
    access.make_account("other", display_name="冯机动", posts=[post])
    return post


@pytest.fixture
def task(city: City) -> Case:
    start = clock.now() - timedelta(hours=30)
    return city.play(city.case(0, start), "acceptor send_to_verify", start=start)


def rows(*cases: Case) -> list[str]:
    return [f"{case.number}|{case.head_seq}" for case in cases]


@pytest.mark.parametrize(
    ("login", "status"),
    [("shift_leader", 200), ("acceptor", 200), ("inspector", 200), ("dispatcher", 403), ("water", 403)],
)
def test_who_oversees_tasks_sees_them(enter, task: Case, login: str, status: int) -> None:
    for name in ("supervision", "handover"):
        assert enter(login).get(reverse(name)).status_code == status


def test_page_shows_each_post_with_its_load_and_the_tasks(enter, task: Case, other) -> None:
    page = enter("shift_leader").get(reverse("supervision")).content.decode()
    assert "周巡" in page and "冯机动" in page and task.number in page
    of_other = enter("shift_leader").get(reverse("supervision"), {"post": str(other.pk)}).content.decode()
    assert task.number not in of_other


def test_selected_tasks_are_given_to_another_post_and_each_is_told_of(enter, city: City, task: Case, other) -> None:
    start = clock.now() - timedelta(hours=1)
    filed = city.play(city.case(3, start), "shift_leader file", start=start)
    sent = {"row": rows(task, filed), "post": str(other.pk)}
    client = enter("shift_leader")
    page = client.post(reverse("task-move"), sent, follow=True)
    moved = Case.objects.unscoped(reason="test").get(pk=task.pk)
    assert (page.status_code, moved.assignee_id) == (200, other.pk)
    assert [line["is_done"] for line in page.context["results"]] == [True, False]
    assert page.context["results"][0]["words"] == f"Being verified · {other.title}"
    assert client.get(page.request["PATH_INFO"]).context["done"] == 1  # loading it again does nothing again


@pytest.mark.parametrize("post", ["", "nobody", "00000000-0000-0000-0000-000000000000"])
def test_move_to_no_known_post_changes_nothing(enter, task: Case, post: str) -> None:
    page = enter("shift_leader").post(reverse("task-move"), {"row": rows(task), "post": post}, follow=True)
    assert page.status_code == 200 and page.context["refused"] == 1
    assert Case.objects.unscoped(reason="test").get(pk=task.pk).assignee_id == task.assignee_id


def test_one_task_is_given_away_on_its_own_page(enter, task: Case, other) -> None:
    client = enter("acceptor")
    page = client.get(reverse("case", args=[task.number])).content.decode()
    assert "冯机动 · Spare post · 0 tasks" in page
    sent = {"expected_seq": task.head_seq, "post": str(other.pk)}
    assert client.post(reverse("case-step", args=[task.number, "reassign"]), sent).status_code == 302
    page = client.get(reverse("case", args=[task.number]), headers={"accept-language": "en"}).content.decode()
    assert "Spare post" in page and "automatically: the fewest tasks" in page


def test_sheet_says_what_happened_what_is_open_late_and_asked_for(enter, city: City) -> None:
    now = clock.now()
    make_cases(city, now, len(LIVES))
    page = enter("shift_leader").get(reverse("handover"), {"hours": "24"}, headers={"accept-language": "en"})
    names = dict(page.context["happened"])
    assert names["Accept"] >= len(LIVES) - 2 and names["Dispatch"] > 3
    asked = [table for table, _all in page.context["lists"]][1]
    assert len(asked.rows) == sum(any("return" in line or "hang" in line for line in life) for life in LIVES) - 1


@pytest.mark.parametrize("hours", ["0", "-1", "7", "x", "1e9"])
def test_sheet_of_another_length_is_that_of_a_usual_shift(enter, city: City, hours: str) -> None:
    page = enter("shift_leader").get(reverse("handover"), {"hours": hours})
    assert page.status_code == 200 and page.context["lengths"][0] == (8, True)
