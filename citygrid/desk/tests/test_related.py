"""The case page says what belongs to the case, and never whose the other reports are."""

from collections.abc import Callable

from django.test import Client

from citygrid.access.tests import factories as access
from citygrid.cases.services import make_part
from citygrid.desk.tests.factories import City
from citygrid.intake import queries as intake
from citygrid.intake import services
from citygrid.kernel import clock

Enter = Callable[[str], Client]


def test_page_tells_parts_and_neighbours_with_their_state(enter: Enter, city: City) -> None:
    now = clock.now()
    case, part, near = city.case(0, now), city.case(1, now), city.case(42, now)  # the 42nd lies where the first does
    make_part(case_id=part.pk, parent_id=case.pk, actor=city.actor("acceptor", now), now=now)
    page = enter("acceptor").get(f"/cases/{case.number}/")
    related, shown = page.context["related"], page.content.decode()
    assert [(other.case.number, other.words) for other in related.linked] == [(part.number, "part of this case")]
    assert [(other.case.number, other.state) for other in related.nearby] == [(near.number, "Registered")]
    for other in (part, near):
        assert f'href="/cases/{other.number}/"' in shown


def test_other_reports_of_the_reporter_are_a_count_and_no_more(enter: Enter, city: City) -> None:
    now = clock.now()
    case = city.case(0, now)  # reported by 13800138000
    others = [city.report(place, now, contact={"phone": "138 0013 8000"}) for place in (3, 4)]
    city.report(5, now, contact={"phone": "13900139000"})
    city.report(6, now)
    page = enter("acceptor").get(f"/cases/{case.number}/").content.decode()
    assert "From the same phone came 2 other reports." in page
    assert not any(other.receipt in page for other in others)


def test_count_is_of_what_the_post_sees_and_for_who_decides_on_reports(enter: Enter, city: City) -> None:
    now = clock.now()
    case = city.case(0, now)
    city.report(10, now, contact={"phone": "13800138000"})  # in the other street
    city.report(4, now, contact={"phone": "13800138000"})
    street = access.make_actor("acceptor", areas=["900001001"])
    assert intake.others_of_reporter(case.pk, city.actor("acceptor", now)) == 2
    assert intake.others_of_reporter(case.pk, street) == 1
    assert intake.others_of_reporter(case.pk, city.actor("supervisor", now)) == 0
    assert "From the same phone" not in enter("supervisor").get(f"/cases/{case.number}/").content.decode()


def test_joined_report_is_not_another_one(city: City) -> None:
    now = clock.now()
    case, actor = city.case(0, now), city.actor("acceptor", now)
    joined = city.report(42, now, contact={"phone": "13800138000"})
    assert intake.others_of_reporter(case.pk, actor) == 1
    services.join_report(report_id=joined.report_id, case_id=case.pk, actor=actor, now=now)
    assert intake.others_of_reporter(case.pk, actor) == 0
