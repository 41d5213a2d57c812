"""How many queries each page costs: a baseline that may only fall, and no growth with the rows shown."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.contrib.gis.geos import Point
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from citygrid.access.models import Organisation
from citygrid.access.tests import factories as access
from citygrid.cases.models import Case
from citygrid.cases.services import Correction
from citygrid.desk.tests.factories import CLERK, COVER, LITTER, LIVES, City, add_administrator, add_cover, make_cases
from citygrid.desk.tests.learned import LAMP, NEVER_SENT, filed, replay, teach
from citygrid.desk.tests.test_focus import proposed, published
from citygrid.desk.tests.test_notices import tell
from citygrid.desk.tests.test_quality import see_cover
from citygrid.desk.tests.test_sheets import send
from citygrid.dispatch import services as automatic
from citygrid.dispatch.tests import factories as dispatch
from citygrid.evaluation import services as evaluation
from citygrid.geography import services as geography
from citygrid.geography.tests.factories import SOUTH, WEST, feature, square
from citygrid.intake import services as intake
from citygrid.kernel import clock, memo

BASELINE = {
    "home": 11,
    "waiting": 10,
    "reports": 10,
    "report-new": 7,
    "map": 8,
    "cases": 9,
    "cases-file": 5,
    "waiting-file": 6,
    "categories": 9,
    "procedures": 6,
    "notices": 7,
    "counts": 6,
}
ADDRESSED = {"report-new": "?key=0190aaaa-0000-7000-8000-000000000001"}
OTHERS = {  # pages of other posts, by their address: who opens them, and what they cost
    "/rules/": ("dispatcher", 7),
    "/rules/try/": ("dispatcher", 5),
    "/automation/": ("system_administrator", 18),
    "/layers/": ("system_administrator", 5),
    "/layers/road/": ("system_administrator", 11),
    "/layers/road/features/R1/": ("system_administrator", 7),
    "/administration/": ("system_administrator", 5),
    "/status/": ("system_administrator", 14),
    "/administration/organisations/": ("system_administrator", 6),
    "/administration/organisations/record/": ("system_administrator", 5),
    "/administration/accounts/record/?key=water": ("system_administrator", 8),  # of which one reads the devices
    "/administration/standard/?code=city/component/01001/1": ("system_administrator", 11),
    "/administration/procedure/?code=city-case": ("system_administrator", 6),
    "/administration/rules/": ("system_administrator", 9),
    "/sheets/": ("system_administrator", 16),
    "/sheets/organisations/": ("system_administrator", 6),
    "/sheets/rules/": ("system_administrator", 6),
    "/notices/": ("water", 7),
}
QUEUE = 22  # the list, and the case that is open beside it, for who may correct its component
MAP_LIST = 5
TASKS = {"supervision": 14, "handover": 11}
FOCUS = {"shift_leader": 10, "supervisor": 7}  # what to look for
LEAGUE = {"post": 13, "department": 17, "community": 15}
QUALITY = 9  # of the reports of posts, their own counters and those of all
NEWS = 5  # of a case that is open
DRAFT_PAGE = 10  # of a layer, with what is wrong with it
TRIAGE = 19  # the reports to decide, and the one that is open beside them
REPORT_PAGE = 16  # of one to decide, with all that helps to decide it
SUSPECTS = 6  # while a report is taken down
MODEL_CARD = 11
UNSURE_CASE = 19  # of a filed one that closed cases say something of, for who dispatches it
CASE_PAGE = 24  # of a case with everything on it, for who may correct its component; a plain one costs 19


@pytest.fixture(autouse=True)
def _as_in_use(settings) -> Iterator[None]:
    """Names and choices are kept a moment, as in a process that serves; other tests read them anew."""
    settings.KEPT_SECONDS = 600
    memo.forget()
    yield
    memo.forget()


def spent(client, address: str) -> int:
    """Queries of one page, once what is read once a process has been read."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def posted(client, address: str, data: dict[str, object]) -> int:
    """The same of what is asked by POST."""
    assert client.post(address, data).status_code == 200
    with CaptureQueriesContext(connection) as caught:
        assert client.post(address, data).status_code == 200
    return len(caught)


@pytest.mark.parametrize("name", BASELINE)
def test_page_costs_no_more_queries_with_more_rows(city: City, enter, name: str) -> None:
    client, now = enter("acceptor"), clock.now()
    make_cases(city, now, 5)
    address = reverse(name) + ADDRESSED.get(name, "")
    few = spent(client, address)
    for place in range(40, 60):
        city.case(place, now)
        city.report(place + 100, now)
    assert (few, spent(client, address)) == (BASELINE[name], BASELINE[name])


def test_list_beside_an_open_case_costs_both_and_no_more_with_more_rows(city: City, enter) -> None:
    client, now = enter("acceptor"), clock.now()
    case = city.case(0, now)
    few = spent(client, f"{reverse('waiting')}?open={case.number}")
    for place in range(40, 60):
        city.case(place, now)
    assert (few, spent(client, f"{reverse('waiting')}?open={case.number}")) == (QUEUE, QUEUE)


@pytest.mark.parametrize("address", OTHERS)
def test_page_of_another_post_costs_no_more_queries_with_more_rows(city: City, enter, address: str) -> None:
    add_administrator(city)
    login, most = OTHERS[address]
    client, keeper = enter(login), enter("system_administrator")
    _add_rows(city, keeper, range(1, 3))
    few = spent(client, address)
    _add_rows(city, keeper, range(3, 30))
    assert (few, spent(client, address)) == (most, most)


def add_place(code: str, unit: Organisation) -> None:
    """A spot on the layer of roads that a unit keeps."""
    geom = Point(WEST, SOUTH, srid=4326)
    named = {"layer_code": "road", "code": code, "name_zh": "点", "name_en": "", "responsible_unit_id": unit.pk}
    geography.add_feature(**named, geom=geom, valid_from_date=date(2020, 1, 1), actor=CLERK, now=clock.now())


def test_page_of_a_draft_costs_no_more_queries_with_more_changes(city: City, enter) -> None:
    add_administrator(city)
    client, spend = enter("system_administrator"), []
    for revision, count in enumerate((2, 40)):
        put = [feature(f"N{n}", square(n / 50, width=1 / 50)) for n in range(count)]
        given = [
            geography.FeatureIn(
                code=one["properties"]["code"],
                name_zh="段",
                geometry=one["geometry"],
                responsible_unit_id=city.water.pk,
            )
            for one in put
        ]
        day = clock.now().date()
        geography.save_draft(
            layer_code="road", expected=revision, from_date=day, put=given, actor=CLERK, now=clock.now()
        )
        spend.append(spent(client, "/layers/road/draft/"))
    assert spend == [DRAFT_PAGE, DRAFT_PAGE]


def add_decisions(city: City, places: range) -> None:
    """Cases that a rule sent and another unit has now, limits of units, and categories left to people."""
    now = clock.now()
    for place in places:
        start = now - timedelta(hours=place)
        case = city.play(city.case(5 * place + 500, start), "shift_leader file", start=start)
        automatic.dispatch_filed(case_id=case.pk, now=start + timedelta(minutes=20))
        Case.objects.unscoped(reason="test").filter(pk=case.pk).update(unit=city.sanitation)
    unit = access.make_organisation(f"limited-{places.start}", kind="sanitation")
    automatic.limit_unit(unit_id=unit.pk, limit=automatic.LimitIn(most_open=9), actor=CLERK, now=now)
    automatic.take_out(category_key=LITTER, note="", actor=CLERK, now=now)


def _add_rows(city: City, keeper, places: range) -> None:
    """For each place a unit, a rule of it, a feature it keeps, a file of units that was checked, and a notice."""
    tell(city, "water", len(places), first=places.start)
    add_decisions(city, places)
    for place in places:
        unit = access.make_organisation(f"unit-{place:02}", kind="sanitation")
        on = {"layer_code": "road", "feature_code": f"R{place}"} if place % 2 else {"category_key": LITTER}
        dispatch.rule(unit, area_code="900001001", **on)
        add_place(f"F{place}", unit)
        send(keeper, {"code": f"new-{place}", "name_zh": "绿化队", "kind": "greening"})


@pytest.mark.parametrize("name", TASKS)
def test_page_of_supervision_costs_no_more_queries_with_more_tasks_and_posts(city: City, enter, name: str) -> None:
    client, start = enter("shift_leader"), clock.now() - timedelta(hours=3)
    spends = []
    for places in (range(0, 84, 42), range(84, 500, 42)):
        for place in places:
            access.make_actor("supervisor", areas=["900001"])
            city.play(city.case(place, start), "acceptor send_to_verify", start=start)
        spends.append(spent(client, reverse(name)))
    assert spends == [TASKS[name], TASKS[name]]


@pytest.mark.parametrize("of", ["post", "department", "community"])
def test_league_costs_no_more_queries_with_more_cases(city: City, enter, of: str) -> None:
    call_command("load_evaluation", verbosity=0)
    client, spends, now = enter("shift_leader"), [], clock.now() - timedelta(days=1)
    make_cases(city, now, 14)
    for places in (range(0), range(40, 60)):
        for place in places:
            city.play(city.case(place, now), "acceptor send_to_verify", start=now)
        evaluation.count_changed()
        spends.append(spent(client, f"{reverse('evaluation')}?of={of}&span=year"))
    assert spends == [LEAGUE[of], LEAGUE[of]]


def test_page_of_report_quality_costs_no_more_queries_with_more_posts_and_reports(city: City, enter) -> None:
    client, spends = enter("shift_leader"), []
    for places in (range(2), range(2, 20)):
        for place in places:
            post = access.make_post("supervisor", areas=["900001"])
            city.accounts[f"s{place}"] = access.make_account(f"s{place}", posts=[post])
            see_cover(city, f"key-{place}", login=f"s{place}")
        spends.append(spent(client, reverse("report-quality")))
    assert spends == [QUALITY, QUALITY]


@pytest.mark.parametrize("login", FOCUS)
def test_page_of_what_to_look_for_costs_no_more_queries_with_more_lines(city: City, enter, login: str) -> None:
    client, spends = enter(login), []
    for category in (LITTER, COVER):
        for area in ("900001001001", "900001001002", "900001002001"):
            for make in (proposed, published):
                make(category, area)
        spends.append(spent(client, reverse("focus")))
    assert spends == [FOCUS[login], FOCUS[login]]


@pytest.mark.parametrize(
    ("asked", "most"),
    [
        (f"west={WEST}&south={SOUTH}&east={WEST + 0.016}&north={SOUTH + 0.004}", MAP_LIST),
        (f"within=POINT({WEST} {SOUTH})&metres=5000", MAP_LIST + 1),  # they are counted
    ],
)
def test_list_of_the_map_costs_no_more_queries_with_more_rows(city: City, enter, asked: str, most: int) -> None:
    client, now = enter("acceptor"), clock.now()
    address = f"{reverse('map-list')}?{asked}"
    make_cases(city, now, 5)
    few = spent(client, address)
    for place in range(40, 60):
        city.case(place, now)
    assert (few, spent(client, address)) == (most, most)


def test_reports_beside_an_open_one_cost_both_and_no_more_with_more_rows(city: City, enter) -> None:
    client, now = enter("acceptor"), clock.now()
    report = city.report(0, now, category_key=COVER, contact={"phone": "13800138000"})
    address = f"{reverse('reports')}?state=received&open={report.report_id}"
    few = spent(client, address)
    for place in range(40, 60):
        city.report(place, now)
    assert (few, spent(client, address)) == (TRIAGE, TRIAGE)


def test_report_page_costs_no_more_queries_with_more_around_it(city: City, enter) -> None:
    client, now = enter("acceptor"), clock.now()
    add_cover()
    report = city.report(0, now, category_key=COVER, contact={"phone": "13800138000"})
    correct(city, report.report_id, 1)
    city.case(42, now)
    address = reverse("report", args=[report.report_id])
    few = spent(client, address)
    for place in range(1, 6):  # 1 m apart
        add_cover(0.0006 + place * 0.00001)
    correct(city, report.report_id, 9)
    for place in range(84, 500, 42):  # where the report lies
        city.case(place, now)
    assert (few, spent(client, address)) == (REPORT_PAGE, REPORT_PAGE)


def test_asking_whether_it_is_one_of_these_costs_no_more_with_more_cases(city: City, enter) -> None:
    client, now = enter("acceptor"), clock.now()
    case = city.case(42, now)
    given = {"lon": case.location.x, "lat": case.location.y, "frame": "wgs84", "category": case.category_id}
    given["description"] = case.summary
    few = posted(client, reverse("report-near"), given)
    for place in range(84, 500, 42):
        city.case(place, now)
    assert (few, posted(client, reverse("report-near"), given)) == (SUSPECTS, SUSPECTS)


def test_news_of_a_case_cost_no_more_queries_with_a_longer_history(city: City, enter) -> None:
    client, start = enter("shift_leader"), clock.now() - timedelta(hours=3)
    case = city.play(city.case(0, start), *[line.format(unit="water") for line in LIVES[8]], start=start)
    address = f"{reverse('case-news', args=[case.number])}?seq=1"
    few = spent(client, address)
    city.play(case, *["inspector oversee"] * 20, start=start + timedelta(hours=2), every=timedelta(minutes=1))
    assert (few, spent(client, address)) == (NEWS, NEWS)


def correct(city: City, report_id: UUID, times: int) -> None:
    """Its address, so many times."""
    for place in range(times):
        intake.correct_report(
            report_id=report_id,
            correction=Correction(address=f"{times}-{place}"),
            reason="核对",
            actor=city.actor("acceptor", clock.now()),
            now=clock.now(),
        )


def test_pages_of_a_model_cost_no_more_queries_with_more_replays_and_names(city: City, enter) -> None:
    add_administrator(city)
    model, keeper, dispatcher = teach(city, promise=NEVER_SENT), enter("system_administrator"), enter("dispatcher")
    address = reverse("automation-model", args=[model.pk])
    few = spent(keeper, address)
    for _ in range(3):
        replay(model)
    case = filed(city, LAMP)
    assert (few, spent(keeper, address)) == (MODEL_CARD, MODEL_CARD)
    assert spent(dispatcher, reverse("case", args=[case.number])) == UNSURE_CASE


def test_case_page_costs_no_more_queries_with_a_longer_history(city: City, enter) -> None:
    client, start = enter("shift_leader"), clock.now() - timedelta(hours=3)
    lines = [line.format(unit="water") for line in LIVES[12]]
    case = city.play(city.case(0, start), *lines, "shift_leader reopen", start=start)
    address = reverse("case", args=[case.number])
    few = spent(client, address)
    city.play(case, *["inspector oversee"] * 20, start=start + timedelta(hours=2), every=timedelta(minutes=1))
    assert (few, spent(client, address)) == (CASE_PAGE, CASE_PAGE)
