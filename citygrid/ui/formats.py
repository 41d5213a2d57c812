"""Numbers, times and spans in plain words of the active language. Pure: the moment comes in as `now`."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, ngettext

NOTHING = "–"
DAY_MINUTES = 24 * 60
WAN, YI = 10_000, 100_000_000

Number = int | float | Decimal


def number_words(value: Number | None) -> str:
    """Write 12345 as "12,345", in Chinese as "1.23 万"; None is a dash, never a zero."""
    if value is None:
        return NOTHING
    if not (get_language() or "").startswith("zh"):
        return f"{value:,}"
    # From 50 below 亿 on, two places of 万 would round up to 10000 万.
    size = abs(float(value))
    if size >= YI - 50:
        return f"{_two_places(value, YI)} 亿"
    return f"{_two_places(value, WAN)} 万" if size >= WAN else str(value)


def _two_places(value: Number, size: int) -> str:
    return f"{float(value) / size:.2f}".rstrip("0").rstrip(".")


def percent_words(share: float | None) -> str:
    """Write 0.9734 as "97.3%", 0.97 as "97%"; None is a dash. No share below all is told as "100%"."""
    if share is None:
        return NOTHING
    tenths = round(share * 1000)
    if tenths == 1000 and share < 1:
        return ">99.9%"
    return f"{tenths / 10:.1f}".removesuffix(".0") + "%"


def distance_words(metres: float) -> str:
    """Write a distance as "12 m", "1.3 km" or "600 km": no more of it than the eye takes in."""
    if round(metres) < 1_000:
        return gettext("%(count)s m") % {"count": f"{metres:.0f}"}
    kilometres = metres / 1_000
    return gettext("%(count)s km") % {"count": f"{kilometres:.1f}" if kilometres < 100 else f"{kilometres:,.0f}"}


def duration_words(length: timedelta) -> str:
    """Write a span in its two largest units: "1 h 20 min", "3 days 4 h"; its sign is left to the caller."""
    minutes = int(abs(length).total_seconds() // 60)
    if minutes < 1:
        return gettext("less than 1 min")
    days, rest = divmod(minutes, DAY_MINUTES)
    hours, minutes = divmod(rest, 60)
    parts = [
        (days, ngettext("%(count)d day", "%(count)d days", days)),
        (hours, gettext("%(count)d h")),
        (minutes if not days else 0, gettext("%(count)d min")),
    ]
    return " ".join(text % {"count": count} for count, text in parts if count)


def time_left_words(due_at: datetime, now: datetime) -> str:
    """Say how far a deadline is: "1 h 20 min left", or "2 h overdue" once it has passed."""
    length = {"length": duration_words(due_at - now)}
    return gettext("%(length)s left") % length if due_at > now else gettext("%(length)s overdue") % length


def minute(at: datetime) -> str:
    """2026-11-23 14:05 in the active time zone."""
    return localtime(at).strftime("%Y-%m-%d %H:%M")


def exact(at: datetime) -> str:
    """2026-11-23 14:05:33 UTC+08:00 in the active time zone."""
    local = localtime(at)
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M:%S} UTC{offset[:3]}:{offset[3:]}"
