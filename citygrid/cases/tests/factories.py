"""A small city with a post of every role, and cases in it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.contrib.gis.geos import Point

from citygrid.access.models import Organisation
from citygrid.access.tests import factories as access
from citygrid.cases import services
from citygrid.cases.models import Case
from citygrid.cases.rules import Given
from citygrid.catalogue.models import FilingStandard
from citygrid.catalogue.tests import factories as catalogue
from citygrid.geography.tests import factories as geography
from citygrid.kernel.actor import Actor
from citygrid.kernel.worktime import Limit, Unit
from citygrid.workflow.tests.factories import publish

NOW = access.NOW
COMMUNITY = "900001001001"
ROLES = ("supervisor", "acceptor", "shift_leader", "inspector", "dispatcher")


@dataclass
class City:
    """One district, one category with one standard of two urgent hours, two units, and an actor for each role."""

    standard: FilingStandard
    unit: Organisation
    other_unit: Organisation
    actors: dict[str, Actor] = field(default_factory=dict)

    @cached_property
    def category_key(self) -> str:
        return self.standard.category_id

    def opening(self, **values: Any) -> services.Opening:
        facts: dict[str, Any] = {
            "category_key": self.category_key,
            "district_code": geography.DISTRICT,
            "area_code": COMMUNITY,
            "summary": "井盖破损",
            "source": "field",
            "location": Point(geography.WEST + 0.001, geography.SOUTH + 0.001, srid=4326),
        }
        return services.Opening(**{**facts, **values})

    def open(self, now: datetime = NOW, **values: Any) -> Case:
        return services.open_case(opening=self.opening(**values), actor=self.actors["acceptor"], now=now)

    def given(self, action: str) -> Given:
        """What the action needs, filled in."""
        return {
            "file": Given(standard_id=self.standard.pk),
            "dispatch": Given(unit_id=self.unit.pk),
            "report_verification": Given(finding="confirmed"),
        }.get(action, Given(reason="because", note="done"))

    def take(self, case: Case, line: str, *, at: datetime | None = None, given: Given | None = None) -> Case:
        """One step, written "role action"; in the moment of the last one unless `at` is given."""
        role, action = line.split()
        at = at or case.steps.latest("seq").at
        return services.take_step(
            case_id=case.pk, action=action, actor=self.actors[role], now=at, given=given or self.given(action)
        )

    def play(
        self, case: Case, *lines: str, start: datetime | None = None, every: timedelta = timedelta(minutes=10)
    ) -> Case:
        """Several steps, one after the other at equal distances of time, from the last one or `start` on."""
        start = start or case.steps.latest("seq").at
        for place, line in enumerate(lines, start=1):
            case = self.take(case, line, at=start + place * every)
        return case


def make_city() -> City:
    """The district of the geography factories with the shipped procedure, run by one account per role."""
    geography.make_communities()
    publish()
    standard = catalogue.standard(catalogue.category(), limit=Limit(2, Unit.URGENT_HOUR))
    unit, other = access.make_organisation("unit-a"), access.make_organisation("unit-b", name_zh="养护中心")
    centre = access.make_organisation("centre", kind="supervision_centre", name_zh="监督中心")
    city = City(standard=standard, unit=unit, other_unit=other)
    for role in ROLES:
        city.actors[role] = access.make_actor(role, areas=[geography.DISTRICT], unit=centre)
    city.actors["department"] = access.make_actor("department", areas=[geography.DISTRICT], unit=unit)
    city.actors["other_department"] = access.make_actor("department", areas=[geography.DISTRICT], unit=other)
    return city
