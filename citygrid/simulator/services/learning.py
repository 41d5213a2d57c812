"""What the days that are over teach: models learned from their cases, and what is left to people on the last day."""

from datetime import datetime

from django.utils.timezone import localdate

from citygrid.dispatch import queries as dispatch
from citygrid.dispatch import services
from citygrid.dispatch.choices import ModelState, Target
from citygrid.dispatch.errors import TooFewCases
from citygrid.kernel.actor import Actor

MOST_CASES = 5_000  # the newest: so many learn in half the time, and as well


def learn(until: datetime, actor: Actor) -> None:
    """Learn from what was closed before, replay it on the week, and switch it on; once, and not from too few cases.

    Then the watch goes round, as it does every night: categories that broke the promise are left to people.
    """
    for target in Target:
        if ModelState.ON in dispatch.in_charge(target):
            continue
        try:
            model = services.train(target=target, until=until, most=MOST_CASES, actor=actor, now=until)
        except TooFewCases:
            continue
        days = {"since": localdate(model.since), "until": localdate(until)}
        services.replay(sha256=model.pk, **days, actor=actor, now=until)
        services.switch(sha256=model.pk, state=ModelState.ON, actor=actor, now=until)
    services.watch(now=until)
