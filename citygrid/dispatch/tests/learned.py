"""Models for tests: learned from closed cases that tests write themselves, by the real machines."""

from datetime import datetime, timedelta
from typing import Any

from citygrid.cases.models import Case
from citygrid.cases.rules import Given
from citygrid.cases.tests.factories import NOW, City
from citygrid.dispatch import services
from citygrid.dispatch.choices import ModelState, Target
from citygrid.dispatch.models import LearnedModel
from citygrid.dispatch.tests.factories import CLERK

LAMPS = ("路灯不亮", "灯杆倾斜", "路灯闪烁", "街灯整夜不亮", "灯罩破碎")
LITTER = ("垃圾成堆", "垃圾没人收", "果皮箱满了", "路边有生活垃圾", "垃圾桶倒了")
AFTER = NOW + timedelta(days=30)


def closed(city: City, summary: str, unit: Any, at: datetime = NOW) -> Case:
    """A case that a unit handled and that is closed."""
    case = city.open(at, summary=summary)
    case = city.take(case, "shift_leader file")
    case = city.take(case, "dispatcher dispatch", given=Given(unit_id=unit.pk))
    Case.objects.unscoped(reason="test").filter(pk=case.pk).update(
        is_open=False, state="closed", handled_at=at + timedelta(hours=1), closed_at=at + timedelta(hours=2)
    )
    return case


def history(city: City, each: int = 25) -> None:
    """Closed cases: lamps are handled by one unit, litter by the other."""
    for number in range(each):
        at = NOW + timedelta(minutes=7 * number)
        closed(city, f"{number}号{LAMPS[number % 5]}", city.unit, at)
        closed(city, f"{number}号门前{LITTER[number % 5]}", city.other_unit, at)


def train(target: Target = Target.UNIT, now: datetime = AFTER) -> LearnedModel:
    return services.train(target=target, until=now, actor=CLERK, now=now)


def train_and_switch_on(city: City, promise: float = 0.9) -> LearnedModel:
    """A model of the history that is on."""
    history(city)
    model = train()
    days = {"since": NOW.date(), "until": AFTER.date()}
    services.replay(sha256=model.pk, **days, actor=CLERK, now=AFTER)
    services.promise(sha256=model.pk, share=promise, actor=CLERK, now=AFTER)
    return services.switch(sha256=model.pk, state=ModelState.ON, actor=CLERK, now=AFTER)
