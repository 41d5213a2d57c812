"""Numbers and times in plain words."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from citygrid.ui import formats
from citygrid.ui.tests.factories import NOW


@pytest.mark.parametrize(
    ("value", "en", "zh"),
    [
        (None, "–", "–"),
        (0, "0", "0"),
        (9999, "9,999", "9999"),
        (10_000, "10,000", "1 万"),
        (12_345, "12,345", "1.23 万"),
        (-93_963, "-93,963", "-9.4 万"),
        (99_999_999, "99,999,999", "1 亿"),
        (250_000_000, "250,000,000", "2.5 亿"),
        (Decimal("12345.5"), "12,345.5", "1.23 万"),
    ],
)
def test_numbers_are_written_as_each_language_counts(value, en, zh):
    assert formats.number_words(value) == en
    with translation.override("zh-hans"):
        assert formats.number_words(value) == zh


@pytest.mark.parametrize(
    ("length", "en", "zh"),
    [
        (timedelta(seconds=59), "less than 1 min", "1 分以内"),
        (timedelta(minutes=45), "45 min", "45 分"),
        (timedelta(minutes=80), "1 h 20 min", "1 小时 20 分"),
        (timedelta(hours=2), "2 h", "2 小时"),
        (timedelta(days=1, minutes=5), "1 day", "1 天"),
        (timedelta(days=3, hours=4, minutes=59), "3 days 4 h", "3 天 4 小时"),
        (-timedelta(minutes=80), "1 h 20 min", "1 小时 20 分"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units(length, en, zh):
    assert formats.duration_words(length) == en
    with translation.override("zh-hans"):
        assert formats.duration_words(length) == zh


def test_a_deadline_is_left_before_it_and_overdue_from_the_moment_itself():
    hour = timedelta(hours=1)
    assert formats.time_left_words(NOW + hour, NOW) == "1 h left"
    assert formats.time_left_words(NOW, NOW) == "less than 1 min overdue"
    with translation.override("zh-hans"):
        assert formats.time_left_words(NOW + timedelta(minutes=80), NOW) == "还剩 1 小时 20 分"
        assert formats.time_left_words(NOW - hour, NOW) == "已超 1 小时"


def test_moments_are_shown_in_the_active_time_zone_to_the_second_with_offset():
    assert formats.minute(NOW) == "2026-11-23 14:05"
    assert formats.exact(NOW) == "2026-11-23 14:05:33 UTC+08:00"


@pytest.mark.parametrize(
    ("metres", "en", "zh"),
    [
        (9.4, "9 m", "9 米"),
        (999.4, "999 m", "999 米"),
        (999.6, "1.0 km", "1.0 公里"),
        (600_301, "600 km", "600 公里"),
        (12_345_678, "12,346 km", "12,346 公里"),
    ],
)
def test_a_distance_is_told_in_metres_or_kilometres(metres: float, en: str, zh: str) -> None:
    for language, told in (("en", en), ("zh-hans", zh)):
        with translation.override(language):
            assert formats.distance_words(metres) == told
