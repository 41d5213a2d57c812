"""Counters: what the steps come to, and that they are the same however they were reached."""

import random
from datetime import datetime, timedelta

import pytest

from citygrid.cases.models import Case
from citygrid.cases.rules import Correction, Given
from citygrid.cases.services import make_part, open_case, resume_due
from citygrid.cases.tests.factories import NOW, City, make_city
from citygrid.cases.tests.test_scenarios import HAPPY, TO_CHECKED, TO_DISPATCHED, TO_HANDLED
from citygrid.evaluation import models, services
from citygrid.evaluation.rules.facts import FACTS
from citygrid.kernel.errors import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return make_city()


def rows(case: Case, kind: str) -> list[models.Stage]:
    return list(models.Stage.objects.unscoped(reason="test").filter(case=case, kind=kind).order_by("seq"))


def facts(row: models.Stage) -> set[str]:
    return {name for name in FACTS if getattr(row, name)}


def counted(case: Case) -> tuple[set[str], list[set[str]]]:
    """The facts of the whole, and of each unit in the order they were charged."""
    services.count_changed()
    whole = rows(case, "case")
    return facts(whole[0]) if whole else set(), [facts(row) for row in rows(case, "unit")]


def everything() -> list[tuple[object, ...]]:
    names = [field.attname for field in models.Stage._meta.concrete_fields if field.name != "id"]
    found = models.Stage.objects.unscoped(reason="test")
    return list(found.order_by("case_id", "kind", "seq").values_list(*names))


def test_case_on_time_counts_for_the_case_its_unit_and_every_post(city: City) -> None:
    case = city.play(city.open(), *HAPPY)
    whole, units = counted(case)
    done = {"opened", "filed", "dispatched", "once", "due", "handled", "handled_on_time", "closed", "closed_on_time"}
    assert whole == done and units == [done]
    assert [sorted(facts(row)) for row in rows(case, "post")] == [
        ["opened"],
        ["verification", "verification_on_time"],
        ["filed"],
        ["dispatched", "once"],
        ["inspection", "inspection_on_time"],
        ["closed"],
    ]


def test_unit_that_returns_in_time_is_charged_with_nothing_but_that(city: City) -> None:
    case = city.play(city.open(), *TO_DISPATCHED, "department return", "dispatcher approve_return")
    case = city.take(case, "dispatcher dispatch", given=Given(unit_id=city.other_unit.pk))
    whole, (first, second) = counted(case)
    assert first == {"opened", "filed", "dispatched", "returned"}
    assert "due" in second and "once" not in whole | second


def test_unit_that_returns_after_the_deadline_is_late(city: City) -> None:
    case = city.play(city.open(), *TO_DISPATCHED)
    late = NOW + timedelta(hours=5)
    case = city.take(case, "department return", at=late)
    case = city.take(case, "dispatcher approve_return", at=late)
    assert counted(case)[1] == [{"opened", "filed", "dispatched", "returned", "due", "once"}]


def test_reopened_case_that_was_late_stays_late_and_counts_once(city: City) -> None:
    case = city.play(city.open(), *HAPPY, every=timedelta(hours=3))
    whole, units = counted(case)
    assert "closed" in whole and "closed_on_time" not in whole and "handled_on_time" not in units[0]
    again = ("shift_leader reopen", "dispatcher dispatch", "department reply", *TO_CHECKED[-2:], "shift_leader close")
    whole, units = counted(city.play(case, *again, every=timedelta(minutes=1)))
    assert {"reopened", "closed", "due"} <= whole and not {"closed_on_time", "handled_on_time"} & whole
    assert len(units) == 1 and "handled_on_time" not in units[0]


def test_void_case_keeps_how_it_ended_alone(city: City) -> None:
    case = city.play(city.open(), *TO_DISPATCHED, "shift_leader void")
    assert counted(case) == ({"opened", "filed", "void"}, [])
    assert {"filed", "void"} in [facts(row) for row in rows(case, "post")]


def test_part_of_a_case_counts_only_against_its_unit(city: City) -> None:
    whole, good, bad = (city.play(city.open(), *TO_DISPATCHED) for _ in range(3))
    for part in (good, bad):
        make_part(case_id=part.pk, parent_id=whole.pk, actor=city.actors["acceptor"], now=NOW + timedelta(hours=1))
    city.take(good, "department reply", at=NOW + timedelta(hours=1))
    city.take(bad, "department reply", at=NOW + timedelta(hours=9))
    assert counted(good) == (set(), [])
    assert "due" in counted(bad)[1][0] and not {"handled", "handled_on_time", "closed"} & counted(bad)[1][0]


SIDE = (
    *("department return", "dispatcher approve_return", "dispatcher decline_return", "department extend"),
    *("dispatcher approve_extend", "dispatcher decline_extend", "dispatcher approve_hang", "dispatcher resume"),
    *("supervisor fail_check", "shift_leader rework", "shift_leader void", "shift_leader reopen"),
    *("inspector oversee", "department answer_oversight", "dispatcher send_back_to_file", "shift_leader unbundle"),
    *("shift_leader correct", "shift_leader correct_filed"),
)


@pytest.mark.parametrize("seed", range(12))
def test_counting_what_changed_comes_to_the_same_as_counting_anew(city: City, seed: int) -> None:
    """Any order of steps with all side flows; counted now and then, never asked in the order they were taken."""
    chance = random.Random(seed)
    target = city.open()
    living = [city.open(now=NOW + timedelta(minutes=n)) for n in range(4)]
    now = NOW + timedelta(minutes=5)
    for _ in range(160):
        now += timedelta(minutes=chance.choice((0, 1, 7, 45)))
        case = chance.choice(living)
        line = chance.choice((*HAPPY, *SIDE))
        _try(city, case, line, now, chance, target)
        if chance.random() < 0.1:
            resume_due(now=now)
        if chance.random() < 0.15:
            services.count_changed()
    services.count_changed()
    kept = everything()
    assert services.recount() == 5
    assert everything() == kept and {row[0] for row in kept} == {target.pk, *(case.pk for case in living)}


def _try(city: City, case: Case, line: str, now: datetime, chance: random.Random, target: Case) -> None:
    """A step that is refused is no step."""
    role, action = line.split()
    given = city.given(action)
    if action == "dispatch":
        given = Given(unit_id=chance.choice((city.unit, city.other_unit)).pk)
    try:
        if action == "approve_hang" and chance.random() < 0.5:
            city.take(case, "department hang", at=now, given=Given(reason="x", until_at=now + timedelta(hours=3)))
        elif action.startswith("correct"):
            city.take(case, line, at=now, given=Given(reason="x", correction=Correction(address=f"{now:%H%M}")))
        elif action == "unbundle" and chance.random() < 0.2:
            city.take(case, "shift_leader bundle", at=now, given=Given(reason="x", case_id=target.pk))
        else:
            city.take(case, line, at=now, given=given)
    except Refusal:
        pass


def test_steps_of_past_cases_are_counted_too(city: City) -> None:
    case = city.play(city.open(), *TO_HANDLED)
    services.count_changed()
    assert models.Stale.objects.count() == 0
    city.take(case, "acceptor send_to_check")
    assert models.Stale.objects.count() >= 1, "a step that nothing announces is noted too"


def test_self_disposal_is_closed_without_a_deadline(city: City) -> None:
    case = open_case(
        opening=city.opening(), actor=city.actors["supervisor"], now=NOW, action="self_dispose", given=Given(note="x")
    )
    assert counted(city.play(case, "acceptor approve_self_disposal"))[0] == {"opened", "closed", "self_disposed"}
