"""Patrols: positions belong to a shift and to who made them, and are removed when they are old."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connections, transaction

from citygrid.access.models import Account, Holding
from citygrid.access.queries import actor_for
from citygrid.access.tests import factories as access
from citygrid.cases.tests.factories import NOW, City, make_city
from citygrid.geography.tests.factories import DISTRICT, SOUTH, WEST
from citygrid.intake.tests.factories import receive
from citygrid.kernel.actor import Actor, system_actor
from citygrid.kernel.errors import NotFound, NotPermitted
from citygrid.kernel.models import AuditEntry
from citygrid.kernel.tests.factories import run_at_once
from citygrid.terminal import errors, queries, rules, services
from citygrid.terminal.models import Patrol, PatrolTrack
from citygrid.terminal.services import PositionIn

MINUTE, CLOCK = timedelta(minutes=1), system_actor("tests")


@pytest.fixture
def city(db: None) -> City:
    return make_city()


@pytest.fixture
def walker(city: City) -> Actor:
    return city.actors["supervisor"]


def start(actor: Actor, at: datetime = NOW, now: datetime | None = None, patrol_id: UUID | None = None) -> Patrol:
    return services.start_patrol(patrol_id=patrol_id or uuid4(), started_at=at, actor=actor, now=now or at)[0]


def way(at: datetime = NOW, count: int = 5, **values: Any) -> list[PositionIn]:
    """One position a minute, each a thousandth of a degree north of the one before."""
    usual = {"lon": WEST, "accuracy_m": 5.0} | values
    return [PositionIn(at=at + n * MINUTE, lat=SOUTH + n / 1_000, **usual) for n in range(count)]


def add(patrol: Patrol, positions: list[PositionIn], actor: Actor, now: datetime | None = None, **values: Any) -> Any:
    now = now or max((one.at for one in positions), default=NOW)
    return services.add_positions(patrol_id=patrol.pk, positions=positions, actor=actor, now=now, **values)


def end(patrol: Patrol, at: datetime, actor: Actor, now: datetime | None = None) -> Patrol:
    return services.end_patrol(patrol_id=patrol.pk, ended_at=at, actor=actor, now=now or at)


def kept(patrol: Patrol) -> list[datetime]:
    rows = PatrolTrack.objects.unscoped(reason="test").filter(patrol=patrol)
    return list(rows.order_by("at").values_list("at", flat=True))


def test_patrol_sums_up_its_way_in_metres_minutes_and_reports(city: City, walker: Actor) -> None:
    patrol = start(walker)
    answer = add(patrol, way(), walker)
    assert (answer.kept, answer.known, answer.refused) == (5, 0, 0)
    assert answer.metres == pytest.approx(4 * 111, abs=3)  # a thousandth of a degree of latitude is about 111 m
    receive(city, now=NOW + 10 * MINUTE)
    receive(city, now=NOW + 50 * MINUTE)
    receive(city, actor=city.actors["acceptor"], now=NOW + 10 * MINUTE)
    ended = end(patrol, NOW + 30 * MINUTE, walker)
    assert (ended.metres, ended.positions, ended.reports, ended.is_forgotten) == (answer.metres, 5, 1, False)


def test_positions_that_are_not_exact_are_kept_and_no_part_of_the_way(walker: Actor) -> None:
    patrol = start(walker)
    add(patrol, [*way(count=2), PositionIn(NOW + 3 * MINUTE, WEST + 1, SOUTH, 800.0)], walker)
    assert (kept(patrol)[-1], Patrol.objects.visible_to(walker).get().metres) == (NOW + 3 * MINUTE, 111)


def test_batch_sent_again_adds_nothing(walker: Actor) -> None:
    patrol = start(walker)
    first, again = (add(patrol, way(), walker) for _ in range(2))
    assert (again.kept, again.known, again.refused, again.metres) == (0, 5, 0, first.metres)
    twice = add(patrol, [*way(NOW + 9 * MINUTE, 1), *way(NOW + 9 * MINUTE, 1)], walker)
    assert (twice.kept, twice.known, twice.refused) == (1, 1, 0)


def test_positions_outside_the_shift_are_counted_and_not_kept(walker: Actor) -> None:
    patrol = start(walker)
    end(patrol, NOW + 2 * MINUTE, walker)
    answer = add(patrol, way(NOW - MINUTE, 6), walker)
    assert (answer.kept, answer.refused) == (3, 3)
    assert kept(patrol) == [NOW, NOW + MINUTE, NOW + 2 * MINUTE]


def test_positions_after_the_end_that_came_before_it_are_removed(walker: Actor) -> None:
    patrol = start(walker)
    add(patrol, way(), walker)
    assert end(patrol, NOW + 2 * MINUTE, walker).positions == 3
    assert kept(patrol)[-1] == NOW + 2 * MINUTE


def test_first_end_stands_and_none_lies_before_the_start(walker: Actor) -> None:
    patrol = start(walker)
    with pytest.raises(errors.TimesUnfit):
        end(patrol, NOW - MINUTE, walker)
    assert end(patrol, NOW + 9 * MINUTE, walker).ended_at == end(patrol, NOW + 5 * MINUTE, walker).ended_at
    assert AuditEntry.objects.filter(subject=f"terminal.patrol/{patrol.pk}", action="end").count() == 1


def test_patrol_begun_again_under_its_id_is_the_same(city: City, walker: Actor) -> None:
    patrol = start(walker)
    again, is_first = services.start_patrol(patrol_id=patrol.pk, started_at=NOW + MINUTE, actor=walker, now=NOW)
    assert (again.started_at, is_first) == (NOW, False)
    with pytest.raises(errors.PatrolTaken):
        start(city.actors["department"], patrol_id=patrol.pk)


@pytest.mark.parametrize("days", [-40, 2])
def test_patrol_of_long_ago_or_of_tomorrow_is_refused(walker: Actor, days: int) -> None:
    with pytest.raises(errors.TimesUnfit):
        start(walker, NOW + timedelta(days=days), now=NOW)


def test_patrol_outside_the_areas_of_the_post_is_refused(walker: Actor) -> None:
    with pytest.raises(errors.AreaUnfit):
        services.start_patrol(patrol_id=uuid4(), started_at=NOW, area_code="110101", actor=walker, now=NOW)


@pytest.mark.parametrize("is_late", [True, False])
def test_next_patrol_ends_the_one_before_in_whatever_order_they_come(walker: Actor, is_late: bool) -> None:
    times = {"one": NOW, "two": NOW + 60 * MINUTE}
    made = {}
    for name in sorted(times, reverse=is_late):
        made[name] = start(walker, times[name], now=NOW + 90 * MINUTE)
    rows = {one.pk: one for one in queries.patrols(walker)}
    one, two = rows[made["one"].pk], rows[made["two"].pk]
    assert (one.ended_at, one.is_forgotten, two.ended_at) == (NOW + 60 * MINUTE, True, None)
    assert end(one, NOW + 20 * MINUTE, walker).ended_at == NOW + 20 * MINUTE  # the phone knew better


def test_forgotten_patrol_ends_by_itself_after_twelve_hours(walker: Actor) -> None:
    patrol = start(walker)
    assert services.end_forgotten(actor=CLOCK, now=NOW + rules.LONGEST_PATROL - MINUTE) == 0
    assert services.end_forgotten(actor=CLOCK, now=NOW + rules.LONGEST_PATROL + 3 * MINUTE) == 1
    found = queries.patrol(patrol.pk, walker)
    assert (found.ended_at, found.is_forgotten) == (NOW + rules.LONGEST_PATROL, True)
    late = add(patrol, way(NOW + rules.LONGEST_PATROL, 2), walker)
    assert (late.kept, late.refused) == (1, 1)


def test_end_after_twelve_hours_is_that_after_twelve_hours(walker: Actor) -> None:
    assert end(start(walker), NOW + timedelta(hours=20), walker).ended_at == NOW + rules.LONGEST_PATROL


@pytest.mark.parametrize(
    ("sent_after", "minutes", "is_doubtful"), [(None, 4, False), (None, 20, True), (20, 20, False), (13, 20, True)]
)
def test_clock_that_is_wrong_by_more_than_five_minutes_is_marked(
    walker: Actor, sent_after: int | None, minutes: int, is_doubtful: bool
) -> None:
    patrol = start(walker)
    sent = {"sent_at": NOW + sent_after * MINUTE} if sent_after else {}
    add(patrol, way(count=1), walker, now=NOW + minutes * MINUTE, **sent)
    row = PatrolTrack.objects.visible_to(walker).get()
    assert (row.at, row.received_at) == (NOW, NOW + minutes * MINUTE)
    assert row.is_doubtful is queries.patrol(patrol.pk, walker).is_doubtful is is_doubtful


def test_old_positions_are_removed_for_good_and_sums_stay(walker: Actor, settings: Any) -> None:
    settings.PATROL_RETENTION_DAYS = 30
    patrol = start(walker)
    metres = add(patrol, way(), walker).metres
    end(patrol, NOW + 30 * MINUTE, walker)
    young = start(walker, NOW + timedelta(days=1))
    end(young, NOW + timedelta(days=1, hours=1), walker)
    add(young, way(NOW + timedelta(days=1)), walker)
    assert services.forget_tracks(actor=CLOCK, now=NOW + timedelta(days=30) - MINUTE) == 0
    assert services.forget_tracks(actor=CLOCK, now=NOW + timedelta(days=30)) == 1
    assert (kept(patrol), len(kept(young))) == ([], 5)
    found = queries.patrol(patrol.pk, walker)
    assert (found.metres, found.positions, found.track_removed_at) == (metres, 5, NOW + timedelta(days=30))
    again = add(patrol, way(), walker, now=NOW + timedelta(days=30))
    assert (again.kept, again.refused, again.metres) == (0, 5, metres)
    entry = AuditEntry.objects.get(action="forget")
    assert entry.data == {"patrols": 1, "positions": 5}


def test_audit_trail_holds_no_position(walker: Actor) -> None:
    patrol = start(walker)
    add(patrol, way(), walker)
    end(patrol, NOW + 9 * MINUTE, walker)
    entries = AuditEntry.objects.filter(subject__startswith="terminal.patrol")
    assert [set(entry.data) for entry in entries] == [{"at"}, {"at"}]


def test_patrol_of_another_account_is_not_there(city: City, walker: Actor) -> None:
    patrol = start(walker)
    add(patrol, way(), walker)
    post = Holding.objects.get(account=walker.account_id).post
    colleague = access.make_account(posts=[post])
    same_post = actor_for(colleague.pk, post.pk, NOW)
    assert same_post is not None
    for other in (same_post, city.actors["department"]):
        assert list(queries.patrols(other)) == list(queries.track(patrol.pk, other)) == []
        for ask in (
            lambda: queries.patrol(patrol.pk, other),  # noqa: B023
            lambda: add(patrol, way(), other),  # noqa: B023
            lambda: end(patrol, NOW + MINUTE, other),  # noqa: B023
        ):
            with pytest.raises(NotFound):
                ask()


def test_shift_leader_is_told_sums_of_posts_and_nothing_else(city: City, walker: Actor) -> None:
    for hour in (0, 2):
        patrol = start(walker, NOW + timedelta(hours=hour))
        add(patrol, way(NOW + timedelta(hours=hour)), walker)
        end(patrol, NOW + timedelta(hours=hour, minutes=40), walker)
    start(walker, NOW + timedelta(hours=5))
    leader = city.actors["shift_leader"]
    [told] = queries.sums(leader, NOW - timedelta(hours=1), NOW + timedelta(hours=9))
    assert (told.patrols, told.minutes) == (2, 80) and told.metres == pytest.approx(888, abs=6)
    assert set(told._fields) == {"post", "patrols", "minutes", "metres"}
    account = Account.objects.get(pk=walker.account_id)
    assert account.display_name not in told.post
    with pytest.raises(NotPermitted):
        queries.patrols(leader)
    elsewhere = access.make_actor("shift_leader", areas=["110101"])
    assert queries.sums(elsewhere, NOW - timedelta(hours=1), NOW + timedelta(hours=9)) == []


@pytest.mark.parametrize("role", ["supervisor", "acceptor", "inspector", "dispatcher", "department"])
def test_nobody_else_is_told_sums(city: City, role: str) -> None:
    with pytest.raises(NotPermitted):
        queries.sums(city.actors[role], NOW, NOW + timedelta(days=1))


@pytest.mark.parametrize("role", ["acceptor", "shift_leader", "inspector", "dispatcher"])
def test_posts_that_work_inside_make_no_patrols(city: City, role: str) -> None:
    with pytest.raises(NotPermitted):
        start(city.actors[role])


def test_database_keeps_one_open_patrol_of_an_account_and_one_position_a_moment(walker: Actor) -> None:
    patrol = start(walker)
    add(patrol, way(), walker)
    facts = {"account_id": walker.account_id, "post_id": walker.post_id, "started_at": NOW, "received_at": NOW}
    with pytest.raises(IntegrityError), transaction.atomic():
        Patrol.objects.create(pk=uuid4(), **facts)
    row = PatrolTrack.objects.visible_to(walker)[0]
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Patrol.objects.create(pk=uuid4(), ended_at=NOW - MINUTE, **facts)


@pytest.mark.django_db(transaction=True)
def test_starts_and_batches_that_come_at_once_are_taken_once() -> None:
    walker, patrol_id = make_city().actors["supervisor"], uuid4()

    def work(number: int) -> Any:
        try:
            begun = services.start_patrol(patrol_id=patrol_id, started_at=NOW, actor=walker, now=NOW)[1]
            answer = services.add_positions(patrol_id=patrol_id, positions=way(), actor=walker, now=NOW)
            return begun, answer.kept
        finally:
            connections.close_all()

    answers = run_at_once(work, 6)
    assert sum(begun for begun, _ in answers) == 1
    assert sum(count for _, count in answers) == 5
    assert queries.patrol(patrol_id, walker).positions == 5
    assert walker.reach.areas == (DISTRICT,)
