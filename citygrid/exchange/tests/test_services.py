"""The run: rows become reports and cases once, whatever happens."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from citygrid.access import queries as access
from citygrid.cases import queries as cases
from citygrid.cases.models import Case
from citygrid.catalogue import queries as catalogue
from citygrid.exchange.errors import ColumnsMissing, DistrictTaken
from citygrid.exchange.rules import stable_code
from citygrid.exchange.services import replay as services
from citygrid.exchange.tests.factories import OPENED, profile, request, requests, write_csv, write_xlsx
from citygrid.geography import queries as geography
from citygrid.intake.models import Report
from citygrid.kernel.actor import Actor, Axis, Reach, system_actor
from citygrid.kernel.errors import NotPermitted
from citygrid.workflow.tests.factories import publish

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
REPLAYER = system_actor("replay town")


class Kept:
    """A sink that keeps what it is told."""

    def __init__(self):
        self.verdicts, self.faults = {}, []

    def verdict(self, request_id, on_time):
        assert request_id not in self.verdicts
        self.verdicts[request_id] = on_time

    def fault(self, row, request_id, code, words):
        self.faults.append((row, request_id, code))


@pytest.fixture(autouse=True)
def _procedures(db):
    publish()


def replay(path: Path, *, is_dry_run=False, as_of=None, actor=REPLAYER, **changes):
    """The figures and the sink of a whole run."""
    kept, tally = Kept(), services.Tally()
    opened = services.open_replay(profile=profile(**changes), path=path, as_of=as_of, now=NOW)
    for tally in services.run_replay(replay=opened, sink=kept, actor=actor, now=NOW, is_dry_run=is_dry_run):
        assert tally.rows == tally.reports + tally.already_there + tally.row_errors
    return tally, kept


def town_cases():
    return Case.objects.unscoped(reason="tests").order_by("opened_at")


def town_reports():
    return Report.objects.unscoped(reason="tests").order_by("received_at")


def test_row_becomes_a_report_and_a_closed_case(tmp_path):
    tally, kept = replay(write_csv(tmp_path / "a.csv", requests(1)))
    assert (tally.reports, tally.on_time_checked, tally.on_time_agree) == (1, 1, 1)
    [case], [report] = town_cases(), town_reports()
    opened_at = (OPENED + timedelta(minutes=1)).replace(tzinfo=profile().zone)
    assert (case.state, case.on_time, case.opened_at) == ("closed", True, opened_at)
    assert (case.due_at, case.closed_at) == (opened_at + timedelta(days=2), opened_at + timedelta(days=1))
    assert (case.number, case.unit.name_en, case.unit.parent.name_en) == (
        "999901-20150302-0001",
        "Public Works",
        "Town hall",
    )
    assert (report.case_id, report.state, report.received_at) == (case.pk, "accepted", opened_at)
    assert (report.source_key, report.channel, report.description) == ("town/T00001", "hotline", "Lamp out")
    assert kept.verdicts == {"T00001": True}


def test_history_of_replayed_cases_is_proved(tmp_path):
    rows = [*requests(3), request(4, state="Open", closed=None), request(5, state="Cancelled"), request(6, due=None)]
    replay(write_csv(tmp_path / "a.csv", rows))
    [*_, proof] = cases.prove(system_actor("tests"))
    assert (proof.cases, proof.mismatched, proof.broken) == (6, [], [])


def test_second_run_adds_nothing_and_says_the_same(tmp_path):
    path = write_csv(tmp_path / "a.csv", [*requests(5), request(6, closed=OPENED)])
    first, first_kept = replay(path)
    before = list(town_cases().values_list("pk", "number"))
    second, second_kept = replay(path)
    assert (first.reports, first.already_there, first.row_errors) == (5, 0, 1)
    assert (second.reports, second.already_there, second.row_errors) == (0, 5, 1)
    assert second.on_time_checked == first.on_time_checked
    assert (second_kept.verdicts, second_kept.faults) == (first_kept.verdicts, first_kept.faults)
    assert list(town_cases().values_list("pk", "number")) == before


def test_broken_rows_are_named_and_the_others_replayed(tmp_path):
    rows = [request(1), request(2, opened="?"), request(1), request(3, state="Lost"), request(4)]
    tally, kept = replay(write_csv(tmp_path / "a.csv", rows))
    assert kept.faults == [
        (2, "T00002", "opened_at_unreadable"),
        (3, "T00001", "id_repeated"),
        (4, "T00003", "status_unknown"),
    ]
    assert (tally.reports, tally.row_errors, town_reports().count()) == (2, 3, 2)


def test_row_that_closes_before_it_opens_is_refused_but_judged(tmp_path):
    tally, kept = replay(write_csv(tmp_path / "a.csv", [request(1, closed=OPENED)]))
    assert dict(tally.errors) == {"closed_before_opened": 1}
    assert (tally.reports, tally.on_time_checked, tally.on_time_agree) == (0, 1, 1)
    assert kept.verdicts == {"T00001": True}


def test_disagreement_with_the_published_flag_is_counted_and_named(tmp_path):
    rows = [request(1), request(2, in_time="OVERDUE"), request(3, in_time=None), request(4, in_time="perhaps")]
    tally, _ = replay(write_csv(tmp_path / "a.csv", rows))
    assert (tally.on_time_checked, tally.on_time_agree, tally.disagreeing) == (2, 1, ["T00002"])
    assert (tally.flag_blank, tally.flag_unknown) == (1, 1)


def test_open_rows_are_judged_as_of_a_moment_and_counted_apart(tmp_path):
    path = write_csv(tmp_path / "a.csv", [request(1, state="Open", closed=None, in_time="OVERDUE")])
    tally, kept = replay(path)
    assert (tally.open_checked, tally.open_agree, tally.on_time_checked, kept.verdicts) == (1, 1, 0, {"T00001": False})
    _, kept = replay(path, as_of=datetime(2015, 3, 3, tzinfo=UTC))
    assert kept.verdicts == {"T00001": True}


def test_as_of_is_the_last_moment_of_the_file_when_nobody_says(tmp_path):
    path = write_csv(tmp_path / "a.csv", requests(3))
    opened = services.open_replay(profile=profile(as_of=None), path=path, as_of=None, now=NOW)
    assert opened.as_of == (OPENED + timedelta(minutes=3, days=1)).replace(tzinfo=profile().zone)


def test_rates_are_given_for_each_department(tmp_path):
    late = request(3, closed=OPENED + timedelta(days=9), in_time="OVERDUE")
    rows = [*requests(2), late, request(4, dept="Parks"), request(5, due=None, dept="Library")]
    tally, _ = replay(write_csv(tmp_path / "a.csv", rows))
    assert tally.as_summary()["on_time_by_department"] == {
        "PW": {"closed_with_target": 3, "on_time": 2, "rate": 0.6667},
        "Parks": {"closed_with_target": 1, "on_time": 1, "rate": 1.0},
    }


def test_later_file_adds_its_own_kinds_and_departments(tmp_path):
    replay(write_csv(tmp_path / "a.csv", requests(2)))
    rows = [request(2), request(3, kind="Sign down", dept="Parks"), request(4, group=None, kind="Noise", dept=None)]
    tally, _ = replay(write_xlsx(tmp_path / "b.xlsx", rows))
    assert (tally.reports, tally.already_there) == (2, 1)
    kinds = {found.name_en: found.major_en for found in catalogue.leaf_categories("town")}
    assert kinds == {"Lamp out": "Streets", "Sign down": "Streets", "Noise": ""}
    parks = access.organisation_by_code(f"town/{stable_code('Parks')}")
    assert (parks.name_en, parks.area_code) == ("Parks", "999901")
    assert town_cases().last().unit == access.organisation_by_code("town/city")


def test_town_has_a_district_whose_clock_never_rests(tmp_path):
    replay(write_csv(tmp_path / "a.csv", requests(1)))
    assert geography.calendar_key_of("999901") == "natural:America/New_York"


def test_district_with_a_working_calendar_is_not_replayed_into(tmp_path):
    path = write_csv(tmp_path / "a.csv", requests(1))
    replay(path)
    with pytest.raises(DistrictTaken, match="natural:America/New_York"):
        replay(path, time_zone="America/Los_Angeles")


def test_dry_run_says_what_a_run_would_and_writes_nothing(tmp_path):
    path = write_csv(tmp_path / "a.csv", [*requests(3), request(4, kind=None)])
    dry, dry_kept = replay(path, is_dry_run=True)
    assert (town_reports().count(), catalogue.leaf_categories("town")) == (0, [])
    real, real_kept = replay(path)
    assert dry == real
    assert (dry_kept.verdicts, dry_kept.faults) == (real_kept.verdicts, real_kept.faults)


def test_missing_column_stops_the_run_before_anything_is_written(tmp_path):
    path = write_csv(tmp_path / "a.csv", requests(1), ["nr", "opened"])
    with pytest.raises(ColumnsMissing, match="due"):
        replay(path)
    assert not town_reports().exists()


def test_same_id_in_two_profiles_is_two_requests(tmp_path):
    path = write_csv(tmp_path / "a.csv", requests(1))
    replay(path)
    replay(path, code="village", district={"code": "999902", "en": "Village", "bounds": [-72, 42, -70, 43]})
    assert town_reports().count() == 2


def test_marks_of_points_are_recorded_with_the_first_step(tmp_path):
    rows = [request(1, lon=-71.0587, lat=42.3594), request(2, lon=10, lat=50)]
    tally, _ = replay(write_csv(tmp_path / "a.csv", rows))
    first, second = town_cases()
    assert (tally.default_points, tally.points_outside) == (1, 1)
    assert first.steps.get(seq=1).data["default_point"] is True
    assert second.steps.get(seq=1).data["point_outside"] == [10.0, 50.0]
    assert (first.location.x, second.location) == (-71.0587, None)


def test_file_of_a_header_alone_gives_no_rows(tmp_path):
    tally, kept = replay(write_csv(tmp_path / "a.csv", []), as_of=None)
    assert (tally.rows, tally.reports, kept.verdicts) == (0, 0, {})


def test_post_without_the_permission_may_not_replay(tmp_path):
    reader = Actor(role="x", axis=Axis.SUPPORT, reach=Reach(), permissions=frozenset(), label="reader")
    with pytest.raises(NotPermitted):
        replay(write_csv(tmp_path / "a.csv", requests(1)), actor=reader)
