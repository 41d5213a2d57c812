"""What exchange does when others announce something: a filed case may have to go to another city."""

from citygrid.cases import queries as cases
from citygrid.cases.events import CaseFiled
from citygrid.exchange import services
from citygrid.kernel.actor import system_actor
from citygrid.kernel.events import subscribe

ACTOR = system_actor("Open311")


@subscribe(CaseFiled)
def push_to_other_cities(event: CaseFiled) -> None:
    """Queue it for each city that gets such cases, if everybody may see it."""
    services.queue_pushes(number=cases.case(event.case_id, ACTOR).number, now=event.at)
