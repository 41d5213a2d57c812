from typing import Any

from django.http import HttpResponse
from ninja import Router

from citygrid.kernel import clock
from citygrid.kernel.api import Permitted, json_answer, responses, unless_known
from citygrid.terminal import permissions, queries
from citygrid.terminal.api.schemas import HomeOut, LeafOut, StandingOut

router = Router(tags=["terminal"], auth=Permitted(permissions.USE))


@router.get("/home", response=responses(HomeOut))
def read_home(request: Any) -> HttpResponse:
    """All that a phone keeps to work without a network; 304 where it has it already (If-None-Match)."""
    return unless_known(request, json_answer(queries.home(request.auth, clock.now())))


@router.get("/categories", response=responses(list[LeafOut]))
def list_own_categories(request: Any) -> HttpResponse:
    """What this post may report, those of its own procedures first; 304 where the phone has them already."""
    return unless_known(request, json_answer(queries.categories(request.auth)))


@router.get("/epoch", response=responses(StandingOut))
def read_epoch(request: Any) -> Any:
    """Whether this device may still be used, and whose copy it should hold. Cheap: to be asked often."""
    return queries.standing(request.auth)
