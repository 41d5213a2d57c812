"""Small drawings of shares by the server, each beside its figures in words: whoever does not see it misses nothing."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from citygrid.ui.formats import percent_words

TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
SIDE, LEFT, BELOW, TOP = 280, 44, 40, 10  # of the plot, and the room for its words


def bar(share: float) -> SafeString:
    """A share as a bar, with its percentage."""
    return _beside(format_html('<rect class="bar-share" width="{}" height="10"/>', _n(share * 100)), share)


def interval(share: float, low: float, high: float, mark: float, start: float = 0.0) -> SafeString:
    """A share as a dot on the line between its bounds, and a mark to keep to; drawn from `start` to all."""
    dot, left, right, wanted = (_along(value, start) for value in (share, low, high, mark))
    drawn = format_html(
        '<path class="bar-span" d="M{} 5H{}"/><circle class="bar-dot" cx="{}" cy="5" r="3.5"/>'
        '<path class="bar-mark" d="M{} 0V10"/>',
        *(left, right, dot, wanted),
    )
    return _beside(drawn, share)


def start_of(bounds: Sequence[float]) -> float:
    """Where a scale begins that shows all these bounds: at a tenth."""
    return int(min(bounds, default=0.0) * 10) / 10


def calibration(points: Sequence[tuple[float, float, int]]) -> SafeString:
    """Confidence (to the right) against the share that was right (upwards), a dot for (mean, share, cases) each.

    On the diagonal, what is said is what comes true; below it, more was said than came true.
    """
    grid = format_html_join("", '<path class="plot-grid" d="M{0} {1}V{2}M{3} {4}H{5}"/>', map(_lines, TICKS))
    words = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="middle">{}</text><text x="{}" y="{}" text-anchor="end">{}</text>',
        ((_x(at), TOP + SIDE + 16, percent_words(at), LEFT - 6, _y(at, 4), percent_words(at)) for at in TICKS),
    )
    dots = format_html_join(
        "",
        '<circle class="plot-dot" cx="{}" cy="{}" r="4.5"><title>{}</title></circle>',
        ((_x(mean), _y(share), _dot_words(mean, share, count)) for mean, share, count in points),
    )
    return format_html(
        '<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">{}'
        '<path class="plot-diagonal" d="M{} {}L{} {}"/>{}{}<text x="{}" y="{}" text-anchor="middle">{}</text></svg>',
        *(LEFT + SIDE + 16, TOP + SIDE + BELOW, _("How sure it was, and how often it was right")),
        *(grid, _x(0), _y(0), _x(1), _y(1), dots, words, _x(0.5), TOP + SIDE + 34, _("How sure it was")),
    )


def _beside(drawn: SafeString, share: float) -> SafeString:
    drawing = format_html('<svg viewBox="-4 0 108 10" aria-hidden="true">{}{}</svg>', GROUND, drawn)
    return format_html('<span class="bar">{} <span>{}</span></span>', drawing, percent_words(share))


GROUND = SafeString('<rect class="bar-ground" width="100" height="10"/>')


def _along(value: float, start: float) -> str:
    return _n(max(0.0, (value - start) / (1 - start) * 100))


def _x(value: float) -> str:
    return _n(LEFT + value * SIDE)


def _y(value: float, more: int = 0) -> str:
    return _n(TOP + (1 - value) * SIDE + more)


def _n(value: float) -> str:
    """A length in a drawing."""
    return f"{value:.1f}"


def _lines(at: float) -> tuple[str, ...]:
    return (_x(at), _y(0), _y(1), _x(0), _y(at), _x(1))


def _dot_words(mean: float, share: float, count: int) -> str:
    told = {"mean": percent_words(mean), "share": percent_words(share), "count": count}
    return _("%(mean)s sure, %(share)s right, %(count)s cases") % told
