"""An independent oracle for deadlines: it counts minutes one after the other and shares no code with the kernel.

It reads the day table with its own eyes, knows China as UTC+8 and has one byte for each minute of 2015-2026 and after.
"""

import csv
import datetime
from pathlib import Path

CHINA = datetime.timezone(datetime.timedelta(hours=8))
BEGIN = datetime.datetime(2015, 1, 1, tzinfo=CHINA)
END = datetime.datetime(2029, 1, 1, tzinfo=CHINA)
MINUTE = datetime.timedelta(minutes=1)
OPENING = [("08:30", "12:00"), ("13:30", "18:00")]


def minutes_of_a_working_day():
    day = bytearray(1440)
    clock = datetime.datetime(2000, 1, 1)
    for minute in range(1440):
        text = (clock + minute * MINUTE).strftime("%H:%M")
        day[minute] = any(opens <= text < closes for opens, closes in OPENING)
    return bytes(day)


def all_minutes(*tables: Path) -> bytes:
    """One byte for each minute since BEGIN: 1 when it is worked."""
    named = {}
    for table in tables:
        for line in csv.reader(table.read_text(encoding="utf-8").splitlines()[1:]):
            named.setdefault(line[0], line[1])
    working, idle = minutes_of_a_working_day(), bytes(1440)
    days, day = [], BEGIN
    while day < END:
        kind = named.get(day.strftime("%Y-%m-%d"), "")
        weekend = day.strftime("%a") in ("Sat", "Sun")
        is_working = kind == "swapped_workday" or (not kind and not weekend)
        days.append(working if is_working else idle)
        day += datetime.timedelta(days=1)
    return b"".join(days)


class Walker:
    """Walks a track of minutes; `hop` minutes at a time are counted at once while they cannot hold the end."""

    def __init__(self, track: bytes, hop: int = 1440):
        self.track = track
        self.hop = hop

    def due(self, start, needed, pauses):
        """The minute after the last needed one; `pauses` are (from, to) minutes in order, `start` a minute number."""
        minute = start
        if not needed:
            return start
        for pause_from, pause_to in [*pauses, (len(self.track), None)]:
            while minute < pause_from:
                step = min(self.hop, pause_from - minute)
                inside = self.track.count(1, minute, minute + step)
                if inside < needed:
                    needed -= inside
                    minute += step
                    continue
                while True:
                    needed -= self.track[minute]
                    minute += 1
                    if not needed:
                        return minute
            minute = max(minute, pause_to) if pause_to is not None else minute
        raise AssertionError("walked off the end")

    def used(self, start, end, pauses):
        """Worked minutes from `start` to `end` outside the pauses."""
        worked = self.track.count(1, start, end)
        for pause_from, pause_to in pauses:
            if pause_from < end:
                worked -= self.track.count(1, pause_from, min(pause_to, end))
        return worked


def minute_of(at: datetime.datetime) -> int:
    return (at - BEGIN) // MINUTE


def instant_of(minute: int) -> datetime.datetime:
    return BEGIN + minute * MINUTE
