"""Who plays: the people of the district by role and place, its units, and what the rules say of every life."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.utils.timezone import localdate

from citygrid.access import queries as access
from citygrid.catalogue import queries as catalogue
from citygrid.dispatch import queries as dispatch
from citygrid.dispatch import services as dispatch_services
from citygrid.geography import queries as geography
from citygrid.kernel.actor import Actor, Axis, system_actor
from citygrid.simulator.queries import actors, standing
from citygrid.simulator.rules.lives import Life, Problem
from citygrid.simulator.rules.nearby import Nearby
from citygrid.simulator.rules.pace import Beat
from citygrid.simulator.rules.people import CODE, units
from citygrid.simulator.rules.scenarios import Triage
from citygrid.simulator.services.district import size_there

PORTAL = system_actor("Citizens' portal (demo)", areas=(CODE,))
AUTOMATIC = dispatch_services.AUTOMATIC
RESUMPTION = system_actor("Automatic resumption", axis=Axis.COMMAND)
MACHINES = ("internet", "video")
USUAL_KINDS = ("urban_management", "municipal_works")  # whom a dispatcher tries where the books are silent
PREFIXES = (0, 6, 9, 12, 15)  # lengths of the codes that a post's areas may have


class Company:
    """Answers who does a thing and which unit is charged, always the same for a life."""

    def __init__(self, lives: Iterable[Life], now: datetime) -> None:
        self.holding: dict[tuple[str, str], list[Actor]] = defaultdict(list)
        self.handlers: dict[UUID, list[Actor]] = defaultdict(list)
        self.holders: dict[UUID | None, Actor] = {}
        for actor in actors(now):
            self.holders[actor.post_id] = actor
            for area in actor.reach.areas:
                self.holding[actor.role, area].append(actor)
            if actor.role == "department" and actor.unit_id:
                self.handlers[actor.unit_id].append(actor)
        self.units_by_kind: dict[str, list[tuple[str, UUID]]] = defaultdict(list)
        there = units(size_there())
        ids = access.organisations_by_code([unit.code for unit in there])
        for unit in there:
            if ids[unit.code].id in self.handlers:
                self.units_by_kind[unit.kind].append((unit.area_code, ids[unit.code].id))
        self.nearby = Nearby(standing())
        self.areas: dict[int, str] = {}
        self.rulings: dict[int, tuple[dispatch.Situation, dispatch.Verdict]] = {}
        self.verdicts: dict[int, UUID | None] = {}
        self.truths: dict[int, UUID | None] = {}
        self.meet(list(lives), now)

    def meet(self, lives: list[Life], now: datetime) -> None:
        """Look up the places of further lives, and ask the rules about them: as taken, and as they are."""
        on = localdate(now)
        places = geography.locate_many([(life.spot.lon, life.spot.lat) for life in lives], on=on)
        majors = _majors(lives)
        found = [(life, place) for life, place in zip(lives, places, strict=True) if place]
        for kept, name in ((self.verdicts, "problem"), (self.truths, "truth")):
            asked = [_situation(getattr(life, name), place, majors) for life, place in found]
            rulings = list(zip((life.number for life, _ in found), asked, dispatch.rulings(asked, on), strict=True))
            kept.update({number: verdict.unit_id for number, _, verdict in rulings})
            if name == "problem":
                self.rulings.update({number: (about, verdict) for number, about, verdict in rulings})
        self.areas.update({life.number: place.area_code for life, place in found})

    def component(self, life: Life) -> str:
        """The component that its case is about, by what it is taken for; "" where that is none."""
        return self.nearby.nearest(life.problem.category_key, self.areas[life.number], life.spot.lon, life.spot.lat)

    def receiver(self, life: Life) -> Actor:
        """Who takes the report down."""
        role = "supervisor" if life.channel == "field" else "acceptor"
        return PORTAL if life.channel in MACHINES else self.actor(life, role)

    def actor(self, life: Life, role: str, turn: int = 0) -> Actor:
        """One of those who hold the role there; where nobody does, the platform in their name."""
        able = self.who(role, self.areas[life.number])
        return able[(life.number + turn) % len(able)]

    def who(self, role: str, area_code: str) -> list[Actor]:
        """Everybody who holds the role in an area."""
        found = [actor for length in PREFIXES for actor in self.holding.get((role, area_code[:length]), ())]
        return found or [self._nobody(role)]

    def handler(self, life: Life, unit_id: UUID | None) -> Actor:
        """Somebody of the unit."""
        able = self.handlers[unit_id] if unit_id else []
        return able[life.number % len(able)] if able else self._nobody("department")

    def who_takes(self, life: Life, beat: Beat, unit_id: UUID | None, assignee_id: UUID | None = None) -> Actor:
        """Who does it: of the unit where it handles, the post whose task it is, else by role.

        A fix is not judged by who made it.
        """
        if assignee_id and beat.role == "supervisor":
            return self.holders[assignee_id]
        if beat.role == "department":
            return self.handler(life, unit_id)
        if beat.role == "platform":
            return RESUMPTION
        return self.actor(life, beat.role, turn=life.scenario.triage == Triage.FIX and beat.action != "self_dispose")

    def charged(self, life: Life, action: str, unit_id: UUID | None, has_returned: bool) -> UUID:
        """Whom a person charges: after a return the right unit, after reopening the same, else by rules or by kind."""
        if action == "call_department":
            return self.usual(self.areas[life.number])
        if unit_id and not has_returned:
            return unit_id
        right, problem = (self.truths, life.truth) if has_returned else (self.verdicts, life.problem)
        kinds = (problem.unit_kind, *USUAL_KINDS)
        choices = [right[life.number], *(self._of_kind(kind, self.areas[life.number]) for kind in kinds)]
        return next(choice for choice in choices if choice and choice != unit_id)

    def usual(self, area_code: str) -> UUID:
        """The unit of an area that is asked where nothing says whom to ask."""
        return next(unit for kind in USUAL_KINDS if (unit := self._of_kind(kind, area_code)))

    def _of_kind(self, kind: str, area_code: str) -> UUID | None:
        return next((unit for prefix, unit in self.units_by_kind[kind] if area_code.startswith(prefix)), None)

    def _nobody(self, role: str) -> Actor:
        found = access.role(role)
        return system_actor(f"{found.name_zh}（演练）", axis=found.axis, areas=(CODE,))


def _majors(lives: Iterable[Life]) -> Mapping[str, str]:
    keys = {key for life in lives for key in (life.problem.category_key, life.truth.category_key)}
    return {key: found.major_key for key, found in catalogue.categories(keys).items()}


def _situation(problem: Problem, place: geography.Place, majors: Mapping[str, str]) -> dispatch.Situation:
    return dispatch.Situation(
        category_key=problem.category_key,
        major_key=majors.get(problem.category_key, ""),
        area_code=place.area_code,
        problem_type=problem.problem_type,
        features=frozenset((hit.layer_code, hit.code) for hit in place.features),
    )
