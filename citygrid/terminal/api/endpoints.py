from typing import Any

from django.http import HttpResponse
from ninja import Router

from citygrid.access import queries as access
from citygrid.access import services as access_services
from citygrid.kernel import clock
from citygrid.kernel.api import Permitted, json_answer, responses, unless_known
from citygrid.terminal import errors, permissions, queries, rules
from citygrid.terminal.api.schemas import DeviceIn, DeviceOut, HomeOut, LeafOut, StandingOut
from citygrid.terminal.choices import DEVICE_KEY

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


@router.post("/devices", response=responses(DeviceOut))
def enroll_device(request: Any, given: DeviceIn) -> Any:
    """Enroll this device under an id it made itself, which it sends from then on (header Citygrid-Device).

    It may be sent again. A device that was revoked, or that of an account that was closed, is told so by every address
    (403, `terminal.revoked`): it wipes what it keeps.
    """
    found = access_services.enroll_device(
        device_id=given.id,
        name=given.name,
        agent=rules.agent_in_short(request.headers.get("User-Agent", "")),
        actor=request.auth,
        now=clock.now(),
    )
    if found.revoked_at:
        raise errors.Revoked()
    if not request.has_token:
        request.session[DEVICE_KEY] = str(found.pk)
    return found


@router.get("/devices", response=responses(list[DeviceOut]))
def list_devices(request: Any) -> Any:
    """The devices of this account, the one heard of last first."""
    return access.devices_of(request.auth.account_id)
