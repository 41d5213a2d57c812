"""The fireworks drill: what the platform marks is what the drawing says, and what was live is kept."""

from random import Random

import pytest
from django.core.management import CommandError, call_command

from citygrid.evidence import services as evidence
from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor
from citygrid.simulator import services
from citygrid.simulator.rules.drill import Standpoint, is_forbidden, standpoints
from citygrid.simulator.rules.plan import draw
from citygrid.simulator.rules.sizes import SMALL
from citygrid.simulator.rules.zones import zones

SEED = 7


def test_hours_of_the_drawing_are_told_apart() -> None:
    drawn = zones(draw(SEED, SMALL))
    at = {
        name: Standpoint(0, 0, frozenset(codes))
        for name, codes in {"all": ["X1"], "night": ["X3"], "in": ["X1", "X2"]}.items()
    }
    told = {name: [hour for hour in range(24) if is_forbidden(place, drawn, hour)] for name, place in at.items()}
    assert told == {"all": list(range(24)), "night": [0, 1, 20, 21, 22, 23], "in": []}


def test_places_lie_on_both_sides_of_every_border() -> None:
    plan = draw(SEED, SMALL)
    drawn = zones(plan)
    found = standpoints(drawn, plan.district, 120, Random(1))
    assert len(found) == 120
    for zone in drawn:
        inside = sum(zone.code in place.zones for place in found)
        assert 10 < inside < 110


@pytest.mark.django_db
def test_nothing_is_marked_but_what_the_drawing_forbids_and_what_was_live_is_kept() -> None:
    call_command("load_defaults", verbosity=0)
    given = {"seed": SEED, "actor": system_actor("demo"), "now": clock.now()}
    services.build_district(size=SMALL, **given)
    services.build_people(**given)
    services.build_duties(**given)
    with pytest.raises(ValueError, match="people work outside"):
        services.play_fireworks(seed=SEED, minutes=0.05, terminals=50, streams=10_000, rng=Random(2))
    evening = services.play_fireworks(
        seed=SEED, minutes=0.05, terminals=15, streams=2, rng=Random(2), pause=lambda seconds: None
    )
    for stream_id in evening.streams:
        evidence.keep_stream(stream_id=stream_id, now=clock.now())
    found = services.judge_evening(evening, SEED)
    assert (found.reports, found.wrong, found.missed) == (60, 0, 0)
    assert 5 < found.forbidden == found.marked < 60
    assert (found.streams, found.streams_wrong, found.kept) == (2, 0, 2)


@pytest.mark.django_db
def test_drill_without_a_demo_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="manage.py demo"):
        call_command("drill", "fireworks")
