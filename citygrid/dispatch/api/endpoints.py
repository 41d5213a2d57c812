from typing import Any

from ninja import Router

from citygrid.dispatch import permissions, services
from citygrid.dispatch.api.schemas import TrialIn, TrialOut
from citygrid.kernel import clock
from citygrid.kernel.api import Permitted, responses

router = Router(tags=["dispatch"])


@router.post("/trials", response=responses(TrialOut), auth=Permitted(permissions.VIEW_RULES))
def try_rules(request: Any, given: TrialIn) -> Any:
    """What other rules would have sent elsewhere. Nothing is written."""
    return services.try_rules(
        begun=[services.RuleIn(**rule.dict()) for rule in given.added],
        ended=given.ended,
        since=given.since,
        until=given.until,
        on=given.on,
        actor=request.auth,
        now=clock.now(),
    )
