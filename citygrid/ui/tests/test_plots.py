"""Drawings of many figures: where things lie, that they are told in words, and that dots lead somewhere."""

import re

from citygrid.ui import plots


def funnel(*dots: plots.Dot) -> str:
    bands = [plots.Band(n, (0.85, 0.95), (0.81, 0.99)) for n in (1, 10, 100, 1_000)]
    return plots.funnel(dots, bands, 0.9, "On time")


def test_funnel_puts_dots_by_rate_and_cases_and_each_leads_to_its_cases() -> None:
    drawn = funnel(plots.Dot("甲", 1_000, 0.8, "/cases/?unit=1&on=2", "is-low"), plots.Dot("乙", 1, 1.0, "/x"))
    dots = re.findall(r'class="plot-dot ([\w-]*)" cx="([\d.]+)" cy="([\d.]+)"', drawn)
    assert dots == [("is-low", "608.0", "312.0"), ("", "48.0", "12.0")]
    assert 'href="/cases/?unit=1&amp;on=2"' in drawn
    assert drawn.count("<title>") == 2 and "80%" in drawn
    assert drawn.count('class="funnel-wide"') == 2


def test_names_are_written_as_words_not_as_markup() -> None:
    assert "<b>" not in funnel(plots.Dot("<b>", 5, 0.9, "/x"))


def test_rates_below_the_plot_lie_on_its_edge() -> None:
    drawn = funnel(plots.Dot("甲", 10, 0.85, "/x"))
    assert 'd="M48.0 297.0L' in drawn  # .81 on a plot from .8


def test_line_is_broken_where_nothing_was_to_reckon_from() -> None:
    moments = [plots.Moment(f"{n}", rate, 9) for n, rate in enumerate([0.8, 0.9, None, 1.0])]
    line = re.search(r'class="trend" d="([^"]+)"', plots.trend(moments, "On time"))
    assert line and line[1] == "M48.0 312.0L234.7 162.0M608.0 12.0"


def test_nothing_is_drawn_of_nothing() -> None:
    assert funnel() == "" and plots.trend([plots.Moment("1", None, 0)], "x") == ""


def test_place_lies_between_the_first_and_the_last() -> None:
    drawn = plots.place(1, 1, 6, 11)
    assert 'cx="0.0"' in drawn and "M0.0 5H50.0" in drawn and "1–6" in drawn
    assert 'cx="0.0"' in plots.place(1, 1, 1, 1)
