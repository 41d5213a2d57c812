"""Pure rules of the terminal."""

from datetime import datetime, timedelta

BROWSERS = {"MicroMessenger": "WeChat", "Edg": "Edge", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    **{"HarmonyOS": "HarmonyOS", "OpenHarmony": "HarmonyOS", "Android": "Android", "iPhone": "iOS", "iPad": "iOS"},
    **{"Windows": "Windows", "Mac OS X": "macOS", "Linux": "Linux"},
}


def agent_in_short(agent: str) -> str:
    """Browser and system of a User-Agent header, "Chrome, Android"; empty where neither is known.

    Browsers name those they are like as well: the first of the table that is named is the one.
    """
    named = (next((name for mark, name in table.items() if mark in agent), "") for table in (BROWSERS, SYSTEMS))
    return ", ".join(name for name in named if name)


LONGEST_PATROL = timedelta(hours=12)  # then it ends by itself
CLOCKS_AGREE = timedelta(minutes=5)
EARLIEST_START = timedelta(days=1)  # ahead of our clock: beyond that, the clock of the phone is of no use


def last_moment(started_at: datetime, ended_at: datetime | None) -> datetime:
    """Until when positions belong to a patrol: its end, or the one that comes by itself."""
    return ended_at or started_at + LONGEST_PATROL


def is_doubtful(told_at: datetime, now: datetime) -> bool:
    """Whether what a phone calls now is not: its clock and ours differ by more than five minutes."""
    return abs(now - told_at) > CLOCKS_AGREE
