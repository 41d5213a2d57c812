"""What everybody may see of cases, and nothing else."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citygrid.access.models import Account
from citygrid.cases import errors, queries, services
from citygrid.cases.choices import PublicState
from citygrid.cases.models import Case
from citygrid.cases.queries import PublicFilter
from citygrid.cases.rules import Given
from citygrid.cases.tests.factories import NOW, City, make_city
from citygrid.catalogue.models import Scheme
from citygrid.evidence import services as evidence_services
from citygrid.evidence.tests import factories as evidence
from citygrid.geography.tests import factories as geography
from citygrid.kernel import memo
from citygrid.kernel.actor import system_actor
from citygrid.kernel.errors import NotFound, NotPermitted
from citygrid.kernel.models import AuditEntry

HOUR = timedelta(hours=1)
CANARY = "canary"
TO_CLOSED = (
    *("dispatcher dispatch", "department reply", "acceptor send_to_check"),
    *("supervisor pass_check", "shift_leader close"),
)


@pytest.fixture
def city(db: None) -> City:
    memo.forget()
    return make_city()


def filed(city: City, **values: Any) -> Case:
    return city.play(city.open(**values), "shift_leader file")


def numbers(**asked: Any) -> list[str]:
    return [one.number for one in queries.public_cases(PublicFilter(**asked), limit=50)]


def test_case_is_public_once_it_is_filed(city: City) -> None:
    case = city.open()
    assert (queries.public_case(case.number), numbers()) == (None, [])
    city.play(case, "shift_leader file")
    shown = queries.public_case(case.number)
    assert shown is not None
    assert (shown.state, shown.summary, shown.category, numbers()) == (
        PublicState.RECEIVED,
        "井盖破损",
        "井盖",
        [case.number],
    )


def test_state_is_told_in_four_words(city: City) -> None:
    case = filed(city)
    told = []
    for line in TO_CLOSED:
        case = city.play(case, line)
        found = queries.public_case(case.number)
        assert found is not None
        told.append(found.state)
    assert told == [PublicState.IN_PROGRESS] * 4 + [PublicState.SOLVED]


def test_void_case_is_shown_to_nobody(city: City) -> None:
    case = filed(city)
    city.play(case, "shift_leader void")
    assert (queries.public_case(case.number), numbers()) == (None, [])


def test_number_of_a_bundled_case_leads_to_the_one_that_is_kept(city: City) -> None:
    kept, twin = filed(city), city.open()
    city.take(twin, "acceptor bundle", given=Given(reason="the same", case_id=kept.pk))
    found = queries.public_case(twin.number)
    assert (found and found.number, numbers()) == (kept.number, [kept.number])


def test_cases_of_a_scheme_that_is_not_public_are_not(city: City) -> None:
    case = filed(city)
    Scheme.objects.update(is_public=False)
    memo.forget()
    assert (queries.public_case(case.number), numbers()) == (None, [])


def test_withheld_case_is_shown_to_nobody_until_it_is_shown_again(city: City) -> None:
    case, leader = filed(city), city.actors["shift_leader"]
    services.withhold_case(case_id=case.pk, reason="a face", actor=leader, now=NOW)
    assert (queries.public_case(case.number), numbers()) == (None, [])
    services.withhold_case(case_id=case.pk, reason="it was none", actor=leader, now=NOW, is_withheld=False)
    assert numbers() == [case.number]
    told = AuditEntry.objects.filter(action__in=("withhold", "show")).order_by("pk")
    assert [(entry.action, entry.data["reason"]) for entry in told] == [
        ("withhold", "a face"),
        ("show", "it was none"),
    ]


def test_withholding_needs_the_permission_and_a_reason(city: City) -> None:
    case = filed(city)
    with pytest.raises(NotPermitted):
        services.withhold_case(case_id=case.pk, reason="why", actor=city.actors["dispatcher"], now=NOW)
    with pytest.raises(errors.ReasonMissing):
        services.withhold_case(case_id=case.pk, reason=" ", actor=city.actors["acceptor"], now=NOW)


def test_nothing_of_staff_and_no_hidden_word_is_told(city: City) -> None:
    for account in Account.objects.all():
        account.display_name = f"{CANARY} {account.pk}"
        account.save(update_fields=["display_name"])
    case = city.open(summary="井盖破损，找王小明先生13812345678", address="建国路12号 3单元502室")
    city.take(case, "shift_leader file", given=Given(standard_id=city.standard.pk))
    city.take(case, "dispatcher dispatch", given=Given(unit_id=city.unit.pk))
    city.take(case, "department reply", given=Given(note=CANARY))
    for one in (queries.public_case(case.number), *queries.public_cases(PublicFilter(), limit=9)):
        assert one is not None
        told = repr(asdict(one))
        assert one.summary == "井盖破损，找***先生***"
        for hidden in (CANARY, "13812345678", "王小明", "502", str(case.pk), *(a.label for a in city.actors.values())):
            assert hidden not in told


def test_photo_is_shown_once_somebody_decided_what_it_hides(city: City) -> None:
    case = city.play(filed(city), "dispatcher dispatch")
    photo = evidence.receive(actor=city.actors["department"])
    city.take(case, "department reply", given=Given(note="done", photos={"after": (photo.pk,)}))
    evidence_services.process(media_id=photo.pk, now=NOW)
    shown = queries.public_case(case.number)
    assert shown is not None and shown.photos_after == ()
    with pytest.raises(NotFound):
        queries.photo(shown, photo.pk, "public")
    evidence_services.redact(media_id=photo.pk, boxes=[], actor=system_actor("tests"), now=NOW)
    shown = queries.public_case(case.number)
    assert shown is not None and shown.photos_after == (photo.pk,)
    assert queries.photo(shown, photo.pk, "public")


def test_photo_of_another_case_is_not_shown_with_this_one(city: City) -> None:
    case = city.play(filed(city), "dispatcher dispatch")
    photo = evidence.receive(actor=city.actors["department"])
    city.take(case, "department reply", given=Given(note="done", photos={"after": (photo.pk,)}))
    evidence_services.process(media_id=photo.pk, now=NOW)
    evidence_services.redact(media_id=photo.pk, boxes=[], actor=system_actor("tests"), now=NOW)
    other = queries.public_case(filed(city).number)
    assert other is not None
    with pytest.raises(NotFound):
        queries.photo(other, photo.pk, "public")


def test_lists_are_narrowed(city: City) -> None:
    early, late = filed(city), filed(city, now=NOW + HOUR, area_code="900001002001")
    far = Point(geography.WEST + 0.003, geography.SOUTH + 0.001, srid=4326)
    apart = filed(city, now=NOW + 2 * HOUR, location=far)
    every = [apart.number, late.number, early.number]
    lon, lat = geography.WEST + 0.001, geography.SOUTH + 0.001
    assert numbers() == every
    assert numbers(numbers=[early.number]) == [early.number]
    assert numbers(area_code="900001002") == [late.number]
    assert numbers(opened_from=NOW + HOUR, opened_until=NOW + 2 * HOUR) == [late.number]
    assert numbers(is_open=False) == []
    assert numbers(near=(lon, lat, 50)) == [late.number, early.number]
    assert numbers(bbox=(lon + 0.001, lat - 1, lon + 1, lat + 1)) == [apart.number]
    assert numbers(categories=[city.category_key]) == every
    assert numbers(categories=["test/matter"]) == []
    assert numbers(words=early.number) == [early.number]
    assert numbers(words="井盖") == every
    assert numbers(changed_from=NOW + 3 * HOUR) == []


def test_words_of_reporters_are_not_searched(city: City) -> None:
    filed(city, summary="电话13812345678")
    assert numbers(words="138123") == []


def test_pages_follow_one_another(city: City) -> None:
    every = [filed(city).number for _ in range(5)][::-1]
    first = queries.public_cases(PublicFilter(), limit=2)
    second = queries.public_cases(PublicFilter(), limit=3, after=first[-1].number)
    assert [one.number for one in (*first, *second)] == every
    assert queries.public_cases(PublicFilter(), limit=2, after=every[-1]) == []
    assert queries.public_cases(PublicFilter(), limit=2, after="unknown") == []


def test_nearest_come_first_with_their_distance(city: City) -> None:
    lon, lat = geography.WEST + 0.001, geography.SOUTH + 0.001
    here, there = filed(city), filed(city, location=Point(lon, lat + 0.0003, srid=4326))
    filed(city, location=Point(lon, lat + 0.003, srid=4326))
    found = queries.public_near(lon, lat, 100, closed_since=NOW, count=5)
    assert [one.number for one in found] == [here.number, there.number]
    assert [round(one.distance or 0) for one in found] == [0, 33]


def test_queries_do_not_grow_with_the_cases_shown(city: City) -> None:
    def spent() -> int:
        with CaptureQueriesContext(connection) as caught:
            queries.public_cases(PublicFilter(), limit=50)
        return len(caught)

    filed(city)
    queries.public_cases(PublicFilter(), limit=50)
    one = spent()
    for _ in range(4):
        filed(city)
    assert (spent(), one) == (one, 4)  # schemes, cases, the reports behind them, photos


def test_list_is_read_from_its_index(city: City) -> None:
    filed(city)
    with CaptureQueriesContext(connection) as caught, connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        queries.public_cases(PublicFilter(), limit=50)
        statement = next(one["sql"] for one in caught if '"cases_case"."is_public"' in one["sql"])
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "case_public" in plan
