"""Drawings of many figures by the server: a funnel, a line over time, a place in a league.

Each stands beside a table of the same figures; a dot that leads somewhere is a link, by pointer and by keyboard.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log10

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from citygrid.ui.formats import number_words, percent_words

WIDTH, HEIGHT = 560, 300  # of the plot without the room for its words
LEFT, BELOW, TOP, RIGHT = 48, 44, 12, 20
STEPS = 5  # lines to tell rates by


@dataclass(frozen=True, slots=True)
class Dot:
    """An object in a funnel: how many cases, which rate, where it leads; `tone` is a class of its look."""

    name: str
    cases: int
    rate: float
    url: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """The limits of a funnel at one number of cases, as rates: the narrow pair within the wide one."""

    cases: int
    narrow: tuple[float, float]
    wide: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Moment:
    """A point of a line over time; `rate` is None where there was nothing to reckon from."""

    label: str
    rate: float | None
    cases: int


def funnel(dots: Sequence[Dot], bands: Sequence[Band], share: float, label: str) -> SafeString:
    """Rates (upwards) against how many cases they rest on (to the right, by their logarithm), with limits around
    `share`.

    What lies outside the limits is further off than chance explains.
    """
    if not dots:
        return SafeString("")
    most = max([band.cases for band in bands] + [dot.cases for dot in dots])
    plane = _Plane(_bottom([dot.rate for dot in dots] + [share]), log10(most) or 1.0)
    lines = [
        (f"funnel-{name}", plane.path((log10(band.cases), getattr(band, name)[end]) for band in bands))
        for name in ("narrow", "wide")
        for end in (0, 1)
    ]
    powers = [10**power for power in range(int(log10(most)) + 1)]
    return format_html(
        '<svg class="plot plot-wide" viewBox="0 0 {} {}" role="group" aria-label="{}">{}{}{}'
        '<path class="plot-diagonal" d="M{} {}H{}"/>{}<text x="{}" y="{}" text-anchor="middle">{}</text></svg>',
        *(LEFT + WIDTH + RIGHT, TOP + HEIGHT + BELOW, label, plane.grid()),
        format_html_join("", '<text x="{}" y="{}" text-anchor="middle">{}</text>', map(plane.below, powers)),
        format_html_join("", '<path class="{}" d="{}"/>', lines),
        *(_n(LEFT), _n(plane.y(share)), _n(LEFT + WIDTH)),
        format_html_join("", DOT, (_dot(dot, plane) for dot in dots)),
        *(_n(LEFT + WIDTH / 2), TOP + HEIGHT + 38, _("Cases")),
    )


DOT = '<a href="{}" aria-label="{}"><circle class="plot-dot {}" cx="{}" cy="{}" r="5.5"><title>{}</title></circle></a>'


def trend(moments: Sequence[Moment], label: str) -> SafeString:
    """A rate over time; the line is broken where there was nothing to reckon from."""
    known = [one.rate for one in moments if one.rate is not None]
    if not known:
        return SafeString("")
    plane = _Plane(_bottom(known), max(len(moments) - 1, 1))
    line = plane.path((at, one.rate) for at, one in enumerate(moments))
    dots = [
        (_n(plane.x(at)), _n(plane.y(one.rate)), _told(one.label, one.rate, one.cases))
        for at, one in enumerate(moments)
        if one.rate is not None
    ]
    every = -(-len(moments) // 8)
    below = [(_n(plane.x(at)), TOP + HEIGHT + 18, one.label) for at, one in enumerate(moments) if at % every == 0]
    return format_html(
        '<svg class="plot plot-wide" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}'
        '<path class="trend" d="{}"/>{}</svg>',
        *(LEFT + WIDTH + RIGHT, TOP + HEIGHT + BELOW, label, plane.grid()),
        format_html_join("", '<text x="{}" y="{}" text-anchor="middle">{}</text>', below),
        line,
        format_html_join("", '<circle class="plot-dot" cx="{}" cy="{}" r="4.5"><title>{}</title></circle>', dots),
    )


def place(rank: int, low: int, high: int, of: int) -> SafeString:
    """A place in a league as a dot, on a line over the places that may be the true one; the first is left."""
    dot, left, right = (_n((at - 1) / max(of - 1, 1) * 100) for at in (rank, low, high))
    words = _("place %(rank)s; %(low)s to %(high)s of %(of)s") % {"rank": rank, "low": low, "high": high, "of": of}
    return format_html(
        '<span class="bar" title="{}"><svg viewBox="-4 0 108 10" aria-hidden="true">'
        '<rect class="bar-ground" width="100" height="10"/><path class="bar-span" d="M{} 5H{}"/>'
        '<circle class="bar-dot" cx="{}" cy="5" r="3.5"/></svg> <span>{}–{}</span></span>',
        *(words, left, right, dot, low, high),
    )


class _Plane:
    """Where a rate and a place along the other axis lie in a drawing."""

    def __init__(self, bottom: float, across: float) -> None:
        self.bottom, self.across = bottom, across

    def x(self, value: float) -> float:
        return LEFT + value / self.across * WIDTH

    def y(self, rate: float) -> float:
        return TOP + (1 - (max(rate, self.bottom) - self.bottom) / (1 - self.bottom)) * HEIGHT

    def path(self, points: Iterable[tuple[float, float | None]]) -> str:
        drawn, is_broken = [], True
        for at, rate in points:
            if rate is not None:
                drawn.append(f"{'M' if is_broken else 'L'}{_n(self.x(at))} {_n(self.y(rate))}")
            is_broken = rate is None
        return "".join(drawn)

    def grid(self) -> SafeString:
        rates = [self.bottom + (1 - self.bottom) * step / STEPS for step in range(STEPS + 1)]
        return format_html_join(
            "",
            '<path class="plot-grid" d="M{} {}H{}"/><text x="{}" y="{}" text-anchor="end">{}</text>',
            (
                (LEFT, _n(self.y(rate)), LEFT + WIDTH, LEFT - 6, _n(self.y(rate) + 4), percent_words(rate))
                for rate in rates
            ),
        )

    def below(self, cases: int) -> tuple[str, int, str]:
        return _n(self.x(log10(cases))), TOP + HEIGHT + 18, number_words(cases)


def _dot(dot: Dot, plane: _Plane) -> tuple[str, ...]:
    told = _told(dot.name, dot.rate, dot.cases)
    return dot.url, told, dot.tone, _n(plane.x(log10(dot.cases))), _n(plane.y(dot.rate)), told


def _told(name: str, rate: float | None, cases: int) -> str:
    told = {"name": name, "rate": percent_words(rate), "count": number_words(cases)}
    return _("%(name)s: %(rate)s of %(count)s") % told


def _bottom(rates: Sequence[float]) -> float:
    """Where the rates begin: at a fifth below all of them, for the lines to stand at round figures."""
    return min(int(max(min(rates), 0.0) * 5) / 5, 0.8)


def _n(value: float) -> str:
    """A length in a drawing."""
    return f"{value:.1f}"
