from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from citygrid.command import rules

SHANGHAI = ZoneInfo("Asia/Shanghai")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(SHANGHAI))


def test_night_lasts_over_midnight_until_noon() -> None:
    noon = datetime(2026, 11, 28, 12, tzinfo=SHANGHAI)
    assert rules.night_of(noon) == (noon, noon)
    assert rules.night_of(noon + timedelta(hours=14))[0] == noon
    assert rules.night_of(noon - timedelta(minutes=1))[0] == noon - timedelta(days=1)


@given(MOMENTS)
def test_night_before_is_as_long_as_this_one_and_ends_before_it(now: datetime) -> None:
    (begins, until), (began, ended) = rules.night_of(now), rules.night_before(now)
    assert until - begins == ended - began < timedelta(days=1) and ended <= begins + (until - begins)
    assert began + timedelta(days=1) == begins


@given(st.lists(MOMENTS), MOMENTS)
def test_only_what_came_after_the_acknowledgement_alarms(moments: list[datetime], seen: datetime) -> None:
    found = rules.alarming(moments, seen)
    assert found == sorted(found, reverse=True) and len(found) == sum(at > seen for at in moments)
