from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from citygrid.access.models import Post
from citygrid.cases.models import Case, Step
from citygrid.cases.tests.factories import NOW, make_city
from citygrid.dispatch import services
from citygrid.dispatch.models import Decision
from citygrid.dispatch.tests import factories
from citygrid.kernel import clock
from citygrid.kernel.events import run_pending_jobs

pytestmark = pytest.mark.django_db(transaction=True)
SOON = NOW + timedelta(hours=1)


@pytest.fixture
def city():
    return make_city()


def file_case(city):
    return city.play(city.open(), "shift_leader file")


def outcome(case):
    """(state, unit, number of dispatch steps) of the case as it stands."""
    fresh = Case.objects.unscoped(reason="test").get(pk=case.pk)
    return fresh.state, fresh.unit, Step.objects.filter(case=case.pk, action="dispatch").count()


def test_a_filed_case_is_sent_to_the_one_responsible_unit_once(city):
    factories.rule(city.unit)
    case = file_case(city)
    assert outcome(case) == ("filed", None, 0)
    run_pending_jobs()
    run_pending_jobs()
    assert outcome(case) == ("dispatched", city.unit, 1)
    step = Step.objects.get(case=case.pk, action="dispatch")
    assert (step.is_automatic, step.axis, step.label) == (True, "command", "Automatic dispatch")
    assert Decision.objects.get().unit == city.unit


@pytest.mark.parametrize("what", ["tie", "none", "inactive_unit"])
def test_an_unsure_case_waits_for_a_person_with_the_decision_on_file(city, what):
    if what != "none":
        factories.rule(city.unit)
    if what == "tie":
        factories.rule(city.other_unit)
    if what == "inactive_unit":
        city.unit.is_active = False
        city.unit.save()
    case = file_case(city)
    run_pending_jobs()
    assert outcome(case) == ("filed", None, 0)
    assert Decision.objects.get().outcome == what


def test_a_case_waits_for_a_person_where_nobody_of_the_unit_could_see_it(city):
    factories.rule(city.unit)
    Post.objects.filter(organisation=city.unit).update(areas=["999999"])
    case = file_case(city)
    run_pending_jobs()
    assert outcome(case) == ("filed", None, 0)
    assert Decision.objects.get().unit == city.unit


def test_a_case_filed_by_a_machine_whose_clock_is_ahead_is_sent(city):
    factories.rule(city.unit)
    ahead = clock.now() + timedelta(minutes=5)
    case = city.play(city.open(now=ahead), "shift_leader file", start=ahead)
    run_pending_jobs()
    assert outcome(case) == ("dispatched", city.unit, 1)


def test_a_sure_case_waits_for_a_person_when_automatic_dispatch_is_off(city, settings):
    settings.AUTO_DISPATCH = False
    factories.rule(city.unit)
    case = file_case(city)
    run_pending_jobs()
    assert outcome(case) == ("filed", None, 0)
    assert Decision.objects.get().unit == city.unit


def test_a_faster_dispatcher_is_left_alone(city):
    factories.rule(city.other_unit)
    case = city.play(file_case(city), "dispatcher dispatch", start=SOON)
    run_pending_jobs()
    assert outcome(case) == ("dispatched", city.unit, 1)
    assert not Decision.objects.exists()


def test_a_case_that_came_back_is_left_to_a_person(city):
    factories.rule(city.unit)
    case = file_case(city)
    services.dispatch_filed(case_id=case.pk, now=SOON)
    lines = ["department return", "dispatcher approve_return", "dispatcher send_back_to_file", "shift_leader file"]
    city.play(case, *lines, start=SOON)
    run_pending_jobs()
    assert outcome(case)[0] == "filed"
    assert outcome(case)[2] == 1


def test_of_many_who_dispatch_at_once_one_does(city):
    factories.rule(city.unit)
    case = file_case(city)

    def send(_):
        try:
            return services.dispatch_filed(case_id=case.pk, now=SOON)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        decisions = [found for found in threads.map(send, range(8)) if found]
    assert len(decisions) == Decision.objects.count() == 1
    assert outcome(case) == ("dispatched", city.unit, 1)
