"""What to look for on the pages: proposed, published by a shift leader, read by the posts that work there."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from django.utils.translation import override

from citygrid.access.models import Post
from citygrid.desk.tests.factories import COVER, LITTER, City
from citygrid.desk.tests.test_reports import words_of
from citygrid.desk.web.focus import when, why
from citygrid.intake.choices import FocusState
from citygrid.intake.models import Focus
from citygrid.kernel import clock

PAGE = "/focus/"


def proposed(category: str = LITTER, area: str = "900001001001", recent: int = 12, **values) -> Focus:
    """A line as the job proposes it."""
    counts = {"recent": recent, "expected": 4.0, "ratio": 2.3, "lower": 1.2}
    when = {"weekdays": [1, 2], "hours": [6, 9], "proposed_at": clock.now()}
    row = Focus(category_id=category, area_code=area, **counts, **{**when, **values})
    Focus.objects.unscoped(reason="test").bulk_create([row])
    return row


def published(category: str = LITTER, area: str = "900001001001", **values) -> Focus:
    """A line that a shift leader published for a week."""
    today, now = timezone.localdate(), clock.now()
    days = {"from_date": today, "until_date": today + timedelta(days=6)}
    by = {"published_at": now, "published_by": "赵值班", "note": "看看桶后面"}
    return proposed(category, area, **{"state": FocusState.PUBLISHED, **days, **by, **values})


def dates(first: int = 0, last: int = 6) -> dict[str, str]:
    today = timezone.localdate()
    return {"from_date": f"{today + timedelta(days=first)}", "until_date": f"{today + timedelta(days=last)}"}


@pytest.mark.parametrize(
    ("weekdays", "hours", "told"),
    [
        ([1], [6], "Monday · 06:00–09:00"),
        ([1, 5], [6, 9, 15], "Mon, Fri · 06:00–12:00, 15:00–18:00"),
        ([7], [21], "Sunday · 21:00–24:00"),
    ],
)
def test_when_is_told_with_times_that_follow_one_another_as_one(weekdays, hours, told: str) -> None:
    with override("en"):
        assert when(SimpleNamespace(weekdays=weekdays, hours=hours)) == told


def test_why_is_told_with_the_counts(city: City) -> None:
    with override("en"):
        assert why(proposed()) == "12 cases in four weeks, 4.0 were expected: 2.3 times as many, at least 1.2."


def test_shift_leader_publishes_what_was_proposed_and_the_post_there_reads_it(city: City, enter) -> None:
    litter, cover = proposed(), proposed(COVER)
    leader, supervisor = enter("shift_leader"), enter("supervisor")
    assert PAGE in words_of(leader.get("/supervision/"))
    drawn = words_of(leader.get(PAGE))
    assert "Exposed litter" in drawn and "at least 1.2" in drawn and "Mon, Tue · 06:00–12:00" in drawn
    assert "Exposed litter" not in words_of(supervisor.get(PAGE))
    said = {"row": [str(litter.pk)], "note": "look behind the bins", **dates()}
    assert "1 line is published" in words_of(leader.post("/focus/publish/", said, follow=True))
    for address in (PAGE, "/"):
        told = words_of(supervisor.get(address))
        assert "Exposed litter" in told and "Mon, Tue · 06:00–12:00" in told and "Sewage manhole cover" not in told
    assert "look behind the bins" in words_of(supervisor.get(PAGE))
    assert [line.row.pk for line in leader.get(PAGE).context["proposals"]] == [cover.pk]


def test_post_that_works_elsewhere_is_not_told(city: City, enter) -> None:
    published()
    assert enter("supervisor").get("/").context["focus"]
    Post.objects.filter(role="supervisor").update(areas=["900001002"])
    client = enter("supervisor")
    assert not client.get("/").context["focus"]
    assert "Nothing is published for these days" in words_of(client.get(PAGE))


def test_who_decides_reports_has_no_list_on_the_first_page(city: City, enter) -> None:
    published()
    assert enter("acceptor").get("/").context["focus"] == []
    assert len(enter("acceptor").get(PAGE).context["published"]) == 1


def test_line_that_begins_later_is_shown_to_who_publishes_alone(city: City, enter) -> None:
    published(from_date=timezone.localdate() + timedelta(days=2))
    shown = [len(enter(login).get(PAGE).context["published"]) for login in ("shift_leader", "supervisor")]
    assert shown == [1, 0]


def test_withdrawn_line_is_gone(city: City, enter) -> None:
    row, leader = published(), enter("shift_leader")
    address = f"/focus/{row.pk}/withdraw/"
    assert "Withdrawn." in words_of(leader.post(address, follow=True))
    assert not enter("supervisor").get(PAGE).context["published"]
    again = leader.post(address)
    assert again.status_code == 409 and "somebody was first" in words_of(again)


@pytest.mark.parametrize(
    ("given", "status", "told"),
    [
        ({"row": []}, 422, "Choose at least one proposal."),
        ({"row": ["no id"]}, 422, "Choose at least one proposal."),
        ({"row": ["0190aaaa-0000-7000-8000-000000000001"]}, 409, "somebody was first"),
        (dates(3, 2), 422, "The last day must not lie before the first day"),
        ({"until_date": ""}, 422, "required"),
    ],
)
def test_what_cannot_be_published_is_told_and_the_input_stays(city: City, enter, given, status: int, told) -> None:
    row = proposed()
    page = enter("shift_leader").post("/focus/publish/", {"row": [str(row.pk)], "note": "kept", **dates(), **given})
    drawn = words_of(page)
    assert (page.status_code in (400, 422) if status == 422 else page.status_code == status) and told in drawn
    assert "kept" in drawn and Focus.objects.unscoped(reason="test").get().state == FocusState.PROPOSED


def test_only_who_may_publishes(city: City, enter) -> None:
    row = proposed()
    for login in ("supervisor", "acceptor", "inspector"):
        assert enter(login).post("/focus/publish/", {"row": [str(row.pk)], **dates()}).status_code == 403
        assert enter(login).post(f"/focus/{row.pk}/withdraw/").status_code == 403
    assert enter("dispatcher").get(PAGE).status_code == 403


def test_community_to_look_in_is_marked_on_the_map_beside_those_of_the_post(city: City, enter) -> None:
    published()
    Post.objects.filter(role="supervisor").update(areas=["900001001"])
    drawn = enter("supervisor").get(PAGE).context["map"]
    assert [each["properties"]["role"] for each in drawn] == ["area", "area", "focus"]
    ids = [each["id"] for each in drawn if "id" in each]
    assert len(ids) == len(set(ids)) == 2
