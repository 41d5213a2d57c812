"""Drawings of shares: where things lie in them, and that their figures stand in words beside or within."""

import re

import pytest

from citygrid.ui import charts
from citygrid.ui.formats import percent_words


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0%"),
        (0.9734, "97.3%"),
        (0.97, "97%"),
        (0.985, "98.5%"),
        (0.9996, ">99.9%"),
        (1.0, "100%"),
        (None, "–"),
    ],
)
def test_share_is_told_to_a_tenth_and_never_rounded_up_to_all(share: float | None, words: str) -> None:
    assert percent_words(share) == words


def test_bar_is_as_long_as_its_share_and_says_it() -> None:
    assert 'class="bar-share" width="71.3"' in charts.bar(0.7128) and "71.3%" in charts.bar(0.7128)


def test_interval_lies_between_its_bounds_on_the_scale_that_was_asked_for() -> None:
    drawn = charts.interval(0.9, 0.8, 0.95, 0.97, start=0.5)
    assert "M60.0 5H90.0" in drawn and 'cx="80.0"' in drawn and "M94.0 0V10" in drawn


def test_scale_begins_at_a_tenth_below_everything_shown() -> None:
    assert (charts.start_of([0.87, 0.92]), charts.start_of([])) == (0.8, 0.0)


def test_calibration_puts_each_part_where_it_belongs_and_the_diagonal_from_corner_to_corner() -> None:
    drawn = charts.calibration([(0.0, 0.0, 7), (1.0, 1.0, 8), (0.5, 0.25, 9)])
    dots = re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', drawn)
    assert dots[:2] == [("44.0", "290.0"), ("324.0", "10.0")] and dots[2] == ("184.0", "220.0")
    assert 'd="M44.0 290.0L324.0 10.0"' in drawn and 'role="img"' in drawn
    assert "50% sure, 25% right, 9 cases" in drawn or "把握 50%，正确 25%，9 件" in drawn
