from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citygrid.access.tests import factories as access
from citygrid.cases.models import Case
from citygrid.cases.tests.factories import NOW, make_city
from citygrid.dispatch import queries, services
from citygrid.dispatch.choices import Conclusion
from citygrid.dispatch.errors import CategoryNotManual, LimitInvalid
from citygrid.dispatch.models import Decision, ManualCategory, UnitLimit
from citygrid.dispatch.tests import factories
from citygrid.dispatch.tests.factories import CLERK
from citygrid.kernel.errors import NotFound
from citygrid.kernel.models import AuditEntry
from citygrid.notices.models import Notice

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def city():
    city = make_city()
    factories.rule(city.unit)
    return city


def sent(city, at, handled_by=None):
    """A case sent by the rule; closed by a unit, if one is given."""
    case = city.take(city.open(at), "shift_leader file")
    services.dispatch_filed(case_id=case.pk, now=at)
    if handled_by:
        ended = {"unit": handled_by, "is_open": False, "state": "closed", "handled_at": at, "closed_at": at}
        Case.objects.unscoped(reason="test").filter(pk=case.pk).update(**ended)
    return case


def week(city, at, right, wrong):
    for _ in range(right):
        sent(city, at, city.unit)
    for _ in range(wrong):
        sent(city, at, city.other_unit)


def test_a_category_that_drifts_goes_back_to_people_and_a_notice_says_so(city):
    account = access.make_account("admin")
    access.hold(account, access.make_post("system_administrator", organisation=city.unit))
    week(city, NOW, right=6, wrong=6)
    now = NOW + DAY
    (row,) = services.watch(now=now)
    assert row.category_id == city.category_key
    assert (row.figures["right"], row.figures["of"], row.figures["promise"]) == (6, 12, 0.97)
    assert row.figures["high"] < 0.97
    notice = Notice.objects.unscoped(reason="test").get(template="category_manual")
    assert (notice.account_id, notice.params["share"]) == (account.pk, "50.0%")
    assert AuditEntry.objects.filter(action="take_out", actor_label="Watch over automatic dispatch").exists()
    case = sent(city, now)
    assert Case.objects.unscoped(reason="test").get(pk=case.pk).state == "filed"
    assert Decision.objects.latest("pk").conclusion == Conclusion.MANUAL_CATEGORY
    assert services.watch(now=now) == []  # once


def test_what_is_put_back_is_judged_by_what_comes_after(city):
    week(city, NOW, right=6, wrong=6)
    services.watch(now=NOW + DAY)
    services.put_back(category_key=city.category_key, actor=CLERK, now=NOW + 2 * DAY)
    assert services.watch(now=NOW + 3 * DAY) == []
    week(city, NOW + 4 * DAY, right=0, wrong=4)
    assert len(services.watch(now=NOW + 5 * DAY)) == 1
    assert ManualCategory.objects.count() == 2


def test_few_cases_that_went_well_change_nothing(city):
    week(city, NOW, right=5, wrong=0)
    sent(city, NOW)  # its end is not known
    assert services.watch(now=NOW + DAY) == []
    (found,) = queries.watched(NOW + DAY).values()
    assert (found.interval.right, found.interval.of, found.is_kept) == (5, 5, False)


def test_a_case_that_bounced_counts_as_wrong_before_it_is_closed(city):
    case = sent(city, NOW)
    Case.objects.unscoped(reason="test").filter(pk=case.pk).update(unit=city.other_unit)
    tally = queries.tally(CLERK, NOW, NOW + DAY)
    assert (tally.decided, tally.sent, tally.known, tally.right) == (1, 1, 1, 0)
    assert queries.bounces(CLERK, NOW, NOW + DAY) == [(city.unit.pk, city.other_unit.pk, 1)]


def test_weeks_and_conclusions(city):
    week(city, NOW, right=2, wrong=0)
    later = NOW + 8 * DAY
    week(city, later, right=1, wrong=1)
    factories.rule(city.other_unit)
    sent(city, later)
    now = later + DAY
    assert [tuple(one) for one in queries.by_week(CLERK, now)] == [(3, 2, 2, 1), (2, 2, 2, 2)]
    assert queries.by_conclusion(CLERK, later, now) == {Conclusion.SENT_BY_RULES: 2, Conclusion.TIE: 1}


def test_figures_cost_as_many_queries_however_many_cases(city):
    week(city, NOW, right=2, wrong=1)
    with CaptureQueriesContext(connection) as few:
        queries.watched(NOW + DAY)
    week(city, NOW, right=6, wrong=2)
    with CaptureQueriesContext(connection) as many:
        queries.watched(NOW + DAY)
    assert len(few) == len(many) == 3


def test_a_person_takes_a_category_out_and_puts_it_back(city):
    first = services.take_out(category_key=city.category_key, note="new contractor", actor=CLERK, now=NOW)
    assert services.take_out(category_key=city.category_key, note="", actor=CLERK, now=NOW) == first
    assert [row.note for row in queries.manual_categories(CLERK)] == ["new contractor"]
    services.put_back(category_key=city.category_key, actor=CLERK, now=NOW)
    assert queries.manual_categories(CLERK) == []
    with pytest.raises(CategoryNotManual):
        services.put_back(category_key=city.category_key, actor=CLERK, now=NOW)
    with pytest.raises(NotFound):
        services.take_out(category_key="no/such", note="", actor=CLERK, now=NOW)


@pytest.mark.parametrize(
    ("limit", "field"),
    [
        ({"away_from_date": NOW.date()}, "away_until_date"),
        ({"away_from_date": NOW.date(), "away_until_date": NOW.date() - DAY}, "away_until_date"),
        ({"most_open": -1}, "most_open"),
    ],
)
def test_limits_that_cannot_hold(city, limit, field):
    with pytest.raises(LimitInvalid) as refused:
        services.limit_unit(unit_id=city.unit.pk, limit=services.LimitIn(**limit), actor=CLERK, now=NOW)
    assert list(refused.value.fields) == [field]
    assert not UnitLimit.objects.exists()


def test_a_limit_is_set_and_taken_away(city):
    services.limit_unit(unit_id=city.unit.pk, limit=services.LimitIn(most_open=3), actor=CLERK, now=NOW)
    assert [row.most_open for row in queries.unit_limits(CLERK)] == [3]
    services.limit_unit(unit_id=city.unit.pk, limit=services.LimitIn(), actor=CLERK, now=NOW)
    assert queries.unit_limits(CLERK) == []
