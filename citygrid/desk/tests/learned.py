"""A model for tests of pages: learned from closed cases of the small city, by the real machines."""

from typing import Any

from citygrid.cases import services as case_services
from citygrid.cases.models import Case
from citygrid.cases.rules import Given
from citygrid.cases.tests.factories import City as Cases
from citygrid.desk.tests.factories import LITTER, City
from citygrid.dispatch import services
from citygrid.dispatch.models import LearnedModel
from citygrid.dispatch.tests.factories import CLERK
from citygrid.dispatch.tests.learned import AFTER, NOW, history, train
from citygrid.kernel import clock

LAMP = "9号路灯不亮"
NEVER_SENT = 0.995  # so few cases prove too little to promise it: nothing is sent


def teach(city: City, *, is_on: bool = True, promise: float = 0.9) -> LearnedModel:
    """A model of what is litter, for which there is no rule: lamps go to sanitation, heaps of it to drainage."""
    actors = {login: city.actor(login, clock.now()) for login in city.accounts}
    history(Cases(city.standards[LITTER], city.sanitation, city.water, actors))
    model = train()
    if is_on:
        replay(model)
        services.promise(sha256=model.pk, share=promise, actor=CLERK, now=AFTER)
        services.switch(sha256=model.pk, state="on", actor=CLERK, now=AFTER)
    return model


def replay(model: LearnedModel) -> None:
    """On the days that it learned from."""
    services.replay(sha256=model.pk, since=NOW.date(), until=AFTER.date(), actor=CLERK, now=AFTER)


def filed(city: City, summary: str) -> Case:
    """A case of litter that was filed at an hour the model knows, after automatic dispatch decided about it."""
    now = AFTER
    actors = {login: city.actor(login, clock.now()) for login in city.accounts}
    cases = Cases(city.standards[LITTER], city.sanitation, city.water, actors)
    case = cases.take(cases.open(now, summary=summary), "shift_leader file")
    services.dispatch_filed(case_id=case.pk, now=now)
    return reread(case)


def send(city: City, case: Case, login: str, action: str, **given: Any) -> Case:
    """A step by somebody."""
    now = clock.now()
    return case_services.take_step(
        case_id=case.pk, action=action, given=Given(**given), actor=city.actor(login, now), now=now
    )


def reread(case: Case) -> Case:
    return Case.objects.unscoped(reason="test").get(pk=case.pk)
