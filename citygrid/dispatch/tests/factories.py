"""Responsibility rules for tests, written through the services."""

from typing import Any

from citygrid.access.models import Organisation
from citygrid.dispatch import services
from citygrid.dispatch.models import Rule
from citygrid.dispatch.services import RuleIn
from citygrid.geography.tests import factories as geography
from citygrid.kernel.actor import Actor, Axis, Reach, system_actor

CLERK = system_actor("dispatch tests")
VISITOR = Actor(role="visitor", axis=Axis.SUPPORT, reach=Reach(), permissions=frozenset(), label="visitor")


def rule(unit: Organisation, **values: Any) -> Rule:
    """A rule for the unit that holds everywhere unless `values` narrow it."""
    return services.add_rule(rule=RuleIn(unit_id=unit.pk, **values), actor=CLERK, now=geography.NOW)
