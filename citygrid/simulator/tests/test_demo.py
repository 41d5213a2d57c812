"""A small demo, broken off once and continued, then run again."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.test import override_settings

from citygrid.access import services as access
from citygrid.cases import queries as cases
from citygrid.cases.choices import Lamp
from citygrid.evidence import queries as evidence
from citygrid.geography import queries as geography
from citygrid.geography.choices import GridKind, Level
from citygrid.intake import queries as intake
from citygrid.intake.services import receive_report
from citygrid.inventory import queries as inventory
from citygrid.inventory.queries import ComponentFilter
from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor
from citygrid.kernel.models import AuditEntry
from citygrid.simulator import queries, services
from citygrid.simulator.rules.nearby import WITHIN_M
from citygrid.simulator.rules.people import CODE, seats
from citygrid.simulator.rules.places import Spot
from citygrid.simulator.rules.sizes import SMALL
from citygrid.simulator.services.life import report_in, stage_of
from citygrid.simulator.services.past import Past
from citygrid.workflow import queries as workflow

pytestmark = pytest.mark.django_db
REPORTS = 30
LIVE = 120  # moments played one by one
BREAK_AFTER = 60  # moments, in the midst of the last day
MD5 = ["django.contrib.auth.hashers.MD5PasswordHasher"]


class BreakError(Exception):
    """The power fails."""


@dataclass
class Run:
    """What the demo printed, the first time to its end and after that, and the password it keeps."""

    first: str
    second: str
    password_file: Path


@pytest.fixture(scope="module")
def run(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Run]:
    kept = tmp_path_factory.mktemp("demo") / "password.txt"
    with django_db_blocker.unblock(), override_settings(DEMO_PASSWORD_FILE=kept, PASSWORD_HASHERS=MD5):
        call_command("load_defaults", stdout=StringIO())
        given: dict[str, Any] = {"seed": 7, "actor": system_actor("demo"), "now": clock.now()}
        services.build_district(size=SMALL, **given)
        services.build_people(**given)
        services.build_duties(**given)
        services.build_inventory(**given)
        services.set_passwords(password="kept-by-nobody", **_without_seed(given))
        with pytest.raises(BreakError):
            services.live(reports=REPORTS, most=LIVE, progress=_breaking, **given)
        yield Run(_demo(), _demo(), kept)
        call_command("flush", interactive=False, verbosity=0)


def _without_seed(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name != "seed"}


def _breaking(items: Iterable[Any], title: str) -> Iterator[Any]:
    for place, item in enumerate(items):
        if title == "lives" and place == BREAK_AFTER:
            raise BreakError
        yield item


def _demo() -> str:
    out = StringIO()
    call_command("demo", "--no-serve", reports=REPORTS, live=LIVE, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_district_has_three_streets_twenty_communities_and_three_kinds_of_grid(run: Run) -> None:
    assert len(geography.areas_below(CODE, Level.STREET)) == 3
    communities = geography.areas_below(CODE, Level.COMMUNITY)
    assert len(communities) == 20
    for community in communities:
        grids = geography.unit_grids(community.code)
        centre = grids[0].geom.point_on_surface
        place = geography.locate(centre, on=clock.now().date())
        assert place and place.unit_grid == grids[0].code and place.duty_grid and place.social_grid


def test_grids_lanes_layers_and_components_are_as_many_as_the_size_says(run: Run) -> None:
    groups = Counter(grid["properties"]["code"][12] for grid in _grids(GridKind.DUTY) + _grids(GridKind.SOCIAL))
    assert groups == {"D": SMALL.duty_grids, "S": SMALL.social_grids}
    assert len(geography.layers()) == 6 + 23 + 1  # of zones
    assert inventory.count(queries.VIEWER, ComponentFilter(area_code=CODE)) == SMALL.components


def _grids(kind: GridKind) -> list[Any]:
    return list(geography.outlines(CODE, kind)["features"])


def test_components_are_kept_by_units_of_the_demo(run: Run) -> None:
    found = inventory.components(queries.VIEWER, ComponentFilter(area_code=CODE), count=SMALL.components)
    kept = [one.maintainer_id for one in found]
    assert None not in kept and len(set(kept)) > 15


def test_every_state_of_the_procedure_has_a_case(run: Run) -> None:
    found = queries.summary(clock.now())
    assert set(found.cases_by_state) >= set(workflow.procedure("city-case").states)
    assert set(found.reports_by_state) == {"received", "accepted", "joined", "refused"}
    wanted = {"returns", "reworks", "hangs", "extensions", "oversights", "answers", "reopens", "verifications"}
    assert wanted <= set(found.counts)


def test_continued_run_has_just_the_reports_planned_and_a_further_run_adds_nothing(run: Run) -> None:
    found = queries.summary(clock.now())
    assert found.reports == REPORTS
    assert f"reports {REPORTS} " in run.first and "nothing was added" not in run.first
    assert "nothing was added" in run.second
    summary = [line for line in run.first.splitlines() if line.startswith("demo: cases")]
    assert summary == [line for line in run.second.splitlines() if line.startswith("demo: cases")]


def test_reports_of_supervisors_are_counted_for_their_posts_and_no_others(run: Run) -> None:
    now = clock.now()
    leader = next(actor for actor in queries.actors(now) if actor.role == "shift_leader")
    found = [one.counters for one in intake.of_posts(leader, now - timedelta(days=30), now)]
    field = list(intake.reports(queries.VIEWER, intake.ReportFilter(channel="field"), count=1000))
    assert sum(one.sent for one in found) == len(field) > 5


def test_what_to_look_for_was_proposed_from_the_week(run: Run) -> None:
    (entry,) = AuditEntry.objects.filter(action="propose")
    leader = next(actor for actor in queries.actors(clock.now()) if actor.role == "shift_leader")
    published = list(intake.published(leader, clock.now().date()))
    assert entry.data["proposals"] == len(published) + len(intake.proposals(leader))


def test_history_is_clean_and_goes_forward_in_time(run: Run) -> None:
    proof = None
    for proof in cases.prove(system_actor("test")):
        assert proof.mismatched == proof.broken == []
    assert proof and proof.cases > REPORTS / 2
    for case in cases.cases(queries.VIEWER, cases.CaseFilter(), clock.now(), count=1000):
        times = [step.at for step in cases.steps(case.pk, queries.VIEWER)]
        assert times == sorted(times) and times[-1] <= clock.now()


def test_every_case_is_about_the_component_of_its_category_that_stands_nearest(run: Run) -> None:
    for case in cases.cases(queries.VIEWER, cases.CaseFilter(), clock.now(), count=1000):
        assert case.component_id == _nearest(case)
        (first, *_) = cases.steps(case.pk, queries.VIEWER)
        assert first.data.get("component") == case.component_id


def _nearest(case: Any) -> str | None:
    """By the inventory's own measure, in its community."""
    found = inventory.nearest(queries.VIEWER, case.location, case.category_id, within_m=WITHIN_M, limit=50)
    return next((one.pk for one in found if one.area_code[:12] == case.area_code[:12]), None)


def test_what_is_reported_at_a_component_is_recorded_as_about_it(run: Run) -> None:
    now = clock.now()
    town = services.Town(7, now, Random(3))
    standing = inventory.components(queries.VIEWER, ComponentFilter(state="intact"), count=SMALL.components)
    cover = next(one for one in standing if one.category_id in town.standards)
    (problem, *_) = town.standards[cover.category_id]
    spot = Spot(cover.location.x, cover.location.y, "")
    life = replace(town.author.fresh(1, now), problem=problem, truth=problem, spot=spot, channel="hotline")
    town.company.meet([life], now)
    assert Past(town.company, now, queries.VIEWER, now)._history(life).opening.component_id == cover.pk
    actor = town.company.receiver(life)
    told = replace(report_in(life, actor), category_key=cover.category_id)
    receipt = receive_report(report=told, key="at a cover", actor=actor, now=now)
    while not (case_id := intake.report(receipt.report_id, queries.VIEWER).case_id):
        assert town._triage(actor, now) == "accept"
    assert cases.case(case_id, queries.VIEWER).component_id == cover.pk


def test_sure_cases_are_dispatched_by_themselves_soon_after_filing(run: Run) -> None:
    found = queries.summary(clock.now())
    assert 0 < found.right <= found.automatic <= found.dispatched  # in so small a play perhaps all
    for case in cases.cases(queries.VIEWER, cases.CaseFilter(), clock.now(), count=1000):
        steps = list(cases.steps(case.pk, queries.VIEWER))
        for before, step in zip(steps, steps[1:], strict=False):
            if step.action == "dispatch" and step.is_automatic:
                assert before.action == "file" and step.at - before.at <= timedelta(minutes=5)


def test_every_step_of_a_person_is_an_accounts_whether_recorded_or_played(run: Run) -> None:
    platform = {"Automatic dispatch", "Automatic resumption"}
    for case in cases.cases(queries.VIEWER, cases.CaseFilter(), clock.now(), count=1000):
        for step in cases.steps(case.pk, queries.VIEWER):
            assert (step.account_id is None) == (step.label in platform or "（演练）" in step.label), step


def test_case_recorded_before_goes_on_by_the_services(run: Run) -> None:
    plan = queries.noted("plan") or {}
    stage = stage_of(plan["seed"], datetime.fromisoformat(plan["now"]))
    found = cases.cases(queries.VIEWER, cases.CaseFilter(), clock.now(), count=1000)
    dawn = stage.week.dawn
    times = [[step.at for step in cases.steps(case.pk, queries.VIEWER)] for case in found]
    assert any(steps[0] < dawn < steps[-1] for steps in times)


def test_photos_are_decoded_and_fit_the_place_and_time_of_their_report(run: Run) -> None:
    shown = [
        photo
        for case in cases.cases(queries.VIEWER, cases.CaseFilter(), clock.now(), count=1000)
        for photo in evidence.photos(cases.PHOTO_OWNER, case.pk, queries.VIEWER)
    ]
    assert {photo.media.state for photo in shown} == {"ready"}
    for photo in shown:
        assert photo.fit.distance_m is not None and photo.fit.distance_m < 20
        assert photo.fit.minutes is not None and abs(photo.fit.minutes) < 1


def test_town_lives_on_by_the_services_and_its_history_stays_clean(run: Run) -> None:
    before = queries.summary(clock.now())
    town = services.Town(7, clock.now(), Random(3))
    for _ in range(6):
        town.act(clock.now(), reports=2)
    after = queries.summary(clock.now())
    assert town.done["report"] == after.reports - before.reports == 12
    assert town.done["accept"] == after.cases - before.cases > 0
    assert len(town.done) > 6 and not town.done["declined"]
    *_, proof = cases.prove(system_actor("test"))
    assert proof.mismatched == proof.broken == []


def test_simulation_says_what_it_did(run: Run) -> None:
    out = StringIO()
    call_command("simulate", minutes=0, stdout=out)
    assert out.getvalue().startswith("simulate: nothing in ")


def test_some_open_cases_are_overdue_and_some_are_not(run: Run) -> None:
    now = clock.now()
    lamps = {
        cases.lamp_of(case, now)
        for case in cases.cases(queries.VIEWER, cases.CaseFilter(is_open=True), now, count=1000)
    }
    assert {Lamp.GREEN, Lamp.RED, Lamp.PAUSED} <= lamps


def test_everybody_signs_in_with_the_password_printed_and_acts_as_the_post(run: Run) -> None:
    password = run.password_file.read_text().strip()
    assert password in run.first and run.password_file.stat().st_mode & 0o077 == 0
    for login in {seat.login for seat in seats(SMALL)}:
        assert access.sign_in(login=login, password=password, now=clock.now()).login == login
        assert f" {login} " in run.first
    assert {actor.role for actor in queries.actors(clock.now())} == {seat.role for seat in seats(SMALL)}


def test_work_waits_for_every_role_that_handles_cases(run: Run) -> None:
    waited_for = {"acceptor", "supervisor", "shift_leader", "dispatcher", "department"}
    for actor in queries.actors(clock.now()):
        if actor.role in waited_for and cases.waiting(actor, clock.now()):
            waited_for.remove(actor.role)
    assert waited_for == set()
    leader = next(actor for actor in queries.actors(clock.now()) if actor.role == "shift_leader")
    assert intake.waiting_count(leader) > 0
