from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from citygrid.kernel import calendars
from citygrid.kernel.errors import NotFound
from citygrid.kernel.models import CalendarDay, CalendarVersion
from citygrid.kernel.worktime import Clock, Limit, Unit

pytestmark = pytest.mark.django_db

FOLDER = Path(__file__).parents[3] / "data/calendars"
CHINA = [FOLDER / "cn.csv", FOLDER / "cn_statutory.csv"]
NOW = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)


def test_loaded_calendar_gives_the_deadline_of_its_table() -> None:
    loaded = calendars.load_calendar_csv(key="cn", paths=CHINA, now=NOW)
    calendar = calendars.calendar_for("cn")
    assert (calendar.key, calendar.version, loaded.loaded_at) == ("cn", 1, NOW)
    assert loaded.published_years == list(range(2004, 2027))
    # Friday 13 February 2026 18:00 local, Saturday the 14th is worked, then off until Tuesday the 24th.
    clock = Clock.start(Limit(2, Unit.WORK_DAY), datetime(2026, 2, 13, 10, 0, tzinfo=UTC))
    assert clock.due_at(calendar) == datetime(2026, 2, 24, 10, 0, tzinfo=UTC)


def test_same_content_makes_no_new_version_and_other_shifts_do() -> None:
    first = calendars.load_calendar_csv(key="cn", paths=CHINA, now=NOW)
    assert calendars.load_calendar_csv(key="cn", paths=CHINA, now=NOW) == first
    second = calendars.load_calendar_csv(key="cn", paths=CHINA, now=NOW, shifts=((540, 1020),))
    assert second.number == 2
    assert calendars.calendar_for("cn").day_seconds == calendars.version("cn", 1).day_seconds == 8 * 3600
    assert calendars.calendar_for("cn").shifts == ((540, 1020),)


def test_new_notice_ends_the_provisional_year(tmp_path: Path) -> None:
    calendars.load_calendar_csv(key="cn", paths=CHINA, now=NOW)
    longer = tmp_path / "cn.csv"
    text = CHINA[0].read_text(encoding="utf-8")
    longer.write_text(text + "2027-01-01,statutory,元旦,2027,made up,2026-11-01\n", encoding="utf-8")
    calendars.load_calendar_csv(key="cn", paths=[longer, CHINA[1]], now=NOW)
    march = datetime(2027, 3, 1, tzinfo=UTC)
    assert calendars.version("cn", 1).is_provisional(march)
    assert not calendars.calendar_for("cn").is_provisional(march)


def test_unknown_calendar_or_version_is_not_found() -> None:
    with pytest.raises(NotFound):
        calendars.calendar_for("nowhere")
    with pytest.raises(NotFound):
        calendars.version("cn", 9)


def test_natural_calendar_needs_no_table_and_its_key_is_reserved() -> None:
    assert calendars.calendar_for("natural:America/New_York").works_on(date(2015, 7, 4))
    assert calendars.version("natural", 0) is calendars.calendar_for("natural")
    with pytest.raises(ValueError):
        calendars.load_calendar_csv(key="natural", paths=CHINA, now=NOW)


def test_loaded_version_cannot_be_changed() -> None:
    calendars.load_calendar_csv(key="cn", paths=CHINA, now=NOW)
    for change in (
        lambda: CalendarVersion.objects.update(zone="UTC"),
        lambda: CalendarDay.objects.filter(kind="statutory").update(kind="swapped_workday"),
        lambda: CalendarDay.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_command_loads_china_and_says_what_it_did(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    call_command("load_calendar")
    assert capsys.readouterr().out == "calendar cn/1: 888 days, notices 2004 to 2026\n"
    call_command("load_calendar", "beijing", CHINA[0], "--shift", "09:00-12:00", "--shift", "13:00-18:00")
    assert calendars.calendar_for("beijing").shifts == ((540, 720), (780, 1080))
    with pytest.raises(CommandError, match="line 2"):
        (tmp_path / "bad.csv").write_text("date,kind,name_zh,notice_year,notice,published_at\nx,,,,,\n")
        call_command("load_calendar", "cn", tmp_path / "bad.csv")
