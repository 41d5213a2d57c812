"""A city with many posts and records placed at random, and who may see what by the words of the documentation.

The oracle shares nothing with the code it judges: it compares texts and walks the tree of organisations by hand.
"""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from citygrid.access.models import Account, Organisation, Post
from citygrid.access.queries import actor_for
from citygrid.access.tests import factories as access
from citygrid.cases import services
from citygrid.cases.models import Case
from citygrid.cases.rules import Given
from citygrid.cases.tests.factories import City, make_city
from citygrid.catalogue.tests import factories as catalogue
from citygrid.evidence.models import Attachment, Media
from citygrid.evidence.tests import factories as evidence
from citygrid.geography import services as geography_services
from citygrid.geography.tests import factories as geography
from citygrid.intake.models import Report
from citygrid.inventory.tests import factories as inventory
from citygrid.kernel import clock
from citygrid.kernel.actor import Actor
from citygrid.kernel.ids import receipt_code

AREAS = ("900001", "900001001", "900001001001", "900001001002", "900001002", "900001002001", "900001002002", "900002")
CODES = (*AREAS, "900001001001001", "900001001001002", "900001002001001", "900002001", "900002001001")
CATEGORIES = ("01001", "01002", "02001", "03001")
PREFIXES = ("test/component/01", "test/component/01001", "test/component/02", "test/component/03001", "test/")
AREA_ROLES = ("supervisor", "acceptor", "shift_leader", "inspector", "dispatcher")
ENDED_EVERY = 4
NO_SIGHT = ("system_administrator", "security_administrator", "audit_administrator")
REPORTS_SEEN_BY = ("supervisor", "acceptor", "shift_leader", "inspector")
# Why nobody may act as every second or third seat.
WHYS = ("", "", "", "", "ended", "", "not begun", "", "closed post", "", "closed account", "", "closed unit")
COMPONENTS_SEEN_BY = (*AREA_ROLES, "department", "system_administrator")


@dataclass
class Seat:
    """A post with somebody in it; `why` says why nobody may act as it (empty: somebody may)."""

    post: Post
    account: Account
    why: str = ""
    actor: Actor | None = None


@dataclass(frozen=True)
class Thing:
    """A record as the oracle knows it; `case` is the case that a report belongs to."""

    kind: str
    id: Any
    word: str
    area: str
    unit: UUID | None = None
    category: str = ""
    case: "Thing | None" = None


@dataclass
class Throng:
    """All seats, all things, and the parents of the organisations."""

    city: City
    parents: dict[UUID, UUID | None] = field(default_factory=dict)
    seats: list[Seat] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)

    def of(self, kind: str) -> list[Thing]:
        return [thing for thing in self.things if thing.kind == kind]

    # The oracle.

    def may_see(self, seat: Seat, thing: Thing) -> bool:
        """By access/README.md, cases/README.md, intake/README.md and inventory/README.md."""
        if seat.why or not any(thing.area[: len(area)] == area for area in seat.post.areas):
            return False
        if thing.kind == "case":
            return self._sees_case(seat, thing)
        if thing.kind == "report":
            return seat.post.role in REPORTS_SEEN_BY
        return seat.post.role in COMPONENTS_SEEN_BY

    def _sees_case(self, seat: Seat, thing: Thing) -> bool:
        if seat.post.role in NO_SIGHT:
            return False
        listed = seat.post.categories
        is_of_category = not listed or any(thing.category[: len(prefix)] == prefix for prefix in listed)
        is_of_unit = seat.post.role != "department" or self._is_below(thing.unit, seat.post.organisation_id)
        return is_of_category and is_of_unit

    def _is_below(self, unit: UUID | None, top: UUID) -> bool:
        while unit is not None:
            if unit == top:
                return True
            unit = self.parents[unit]
        return False


def make_throng(rng: random.Random, seats: int, cases: int, reports: int, components: int) -> Throng:
    """So many of each, anywhere, with anybody, of any category."""
    throng = Throng(make_city())
    for code in CATEGORIES[1:]:
        catalogue.category(code, f"类{code}", f"Kind {code}")
    units = _make_units(throng, rng)
    for number in range(seats):
        throng.seats.append(_make_seat(rng, units, number))
    _make_cases(throng, rng, units, cases)
    _make_reports(throng, rng, reports)
    _make_components(throng, rng, components)
    return throng


def _make_units(throng: Throng, rng: random.Random) -> list[Organisation]:
    units: list[Organisation] = []
    for _ in range(12):
        parent = rng.choice([None, *units])
        units.append(access.make_organisation(parent=parent))
        throng.parents[units[-1].pk] = parent.pk if parent else None
    return units


def _make_seat(rng: random.Random, units: list[Organisation], number: int) -> Seat:
    role = NO_SIGHT[number % 3] if number % 12 == 11 else rng.choice([*AREA_ROLES, "department", "department"])
    areas = [] if number % 15 == 14 else rng.sample([*AREAS, ""], rng.choice((1, 1, 1, 2, 3)))
    categories = rng.sample(PREFIXES, rng.choice((0, 0, 0, 1, 2)))
    why = WHYS[number % len(WHYS)]
    unit = access.make_organisation() if why == "closed unit" else rng.choice(units)
    post = access.make_post(role, organisation=unit, areas=areas, categories=categories)
    account, today = access.make_account(), timezone.localdate()
    days = {"ended": {"until_date": today}, "not begun": {"from_date": today + timedelta(days=1)}}.get(why, {})
    access.hold(account, post, **days)
    if why == "closed unit":
        Organisation.objects.filter(pk=unit.pk).update(is_active=False)
    if why == "closed post":
        Post.objects.filter(pk=post.pk).update(is_active=False)
    if why == "closed account":
        Account.objects.filter(pk=account.pk).update(is_active=False)
    return Seat(post, account, why, actor_for(account.pk, post.pk, clock.now()))


def _make_cases(throng: Throng, rng: random.Random, units: list[Organisation], count: int) -> None:
    city, opened, things = throng.city, [], []
    for number in range(count):
        case = city.open(summary=f"事由甲{number}乙", now=clock.now())
        case.area_code, case.unit = rng.choice(CODES), rng.choice([None, *units])
        case.category_id = f"test/component/{rng.choice(CATEGORIES)}"
        opened.append(case)
        unit = case.unit.pk if case.unit else None
        things.append(Thing("case", case.pk, f"甲{number}乙", case.area_code, unit, case.category_id))
    rows = Case.objects.unscoped(reason="test")
    rows.bulk_update(opened, ["area_code", "unit", "category"])
    leader = access.make_actor("shift_leader", areas=[""])
    for number, case in enumerate(opened):
        if number % ENDED_EVERY == 0:
            services.take_step(case_id=case.pk, action="void", actor=leader, now=clock.now(), given=Given(reason="-"))
        if number == count // 2:  # ended cases are counted beforehand, or noted as changes
            services.fold_tallies()
    throng.things += things


def _make_reports(throng: Throng, rng: random.Random, count: int) -> None:
    cases, rows = throng.of("case"), []
    for number in range(count):
        case, area = rng.choice([None, *cases[:5], *cases[5:]]) if number % 3 else None, rng.choice(CODES)
        row = Report(
            receipt=receipt_code(), channel="hotline", description=f"来电丙{number}丁", area_code=area,
            district_code=area[:6], received_at=clock.now(), state="joined" if case else "received",
            case_id=case.id if case else None,
        )  # fmt: skip
        rows.append(row)
        throng.things.append(Thing("report", row.pk, f"丙{number}丁", area, case=case))
    Report.objects.bulk_create(rows)


def _make_components(throng: Throng, rng: random.Random, count: int) -> None:
    geography_services.cut_unit_grids(below=geography.DISTRICT, actor=geography.ACTOR, now=geography.NOW)
    first = inventory.add()
    rows = []
    for number in range(count):
        row = type(first).objects.unscoped(reason="test").get(pk=first.pk)
        row.area_code = rng.choice(CODES)
        row.id = f"{row.area_code[:6]}01001{number + 100:06d}"
        row.name_zh = f"井盖戊{number}己"
        rows.append(row)
        throng.things.append(Thing("component", row.id, f"戊{number}己", row.area_code))
    type(first).objects.bulk_create(rows)
    type(first).objects.unscoped(reason="test").filter(pk=first.pk).update(name_zh="井盖戊首己")
    throng.things.append(Thing("component", first.pk, "戊首己", first.area_code))


def attach_photos(things: list[Thing], kinds: dict[str, str]) -> dict[UUID, Thing]:
    """A photo on each thing, by the kinds of owner that the modules have registered."""
    shown = evidence.ready()
    made = {}
    for thing in things:
        media = Media.objects.get(pk=shown.pk)
        media.pk = None
        media.id = Media._meta.pk.get_default()
        media.save(force_insert=True)
        Attachment.objects.create(
            media=media, owner_kind=kinds[thing.kind], owner_id=thing.id, role="before", attached_at=clock.now()
        )
        made[media.pk] = thing
    return made
