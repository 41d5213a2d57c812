"""What cases plug into the modules below.

Who is told of what: one table; whom its words name is said in `services.telling`. Who sees photos: who sees the case.
"""

from collections.abc import Callable

from citygrid.cases import events, queries, services
from citygrid.evidence.registry import owners
from citygrid.kernel.events import subscribe

TOLD: dict[type[events.CaseEvent], tuple[str, tuple[str, ...]]] = {  # event to template and whom
    events.CaseDispatched: ("case_dispatched", ("unit",)),
    events.CaseReworked: ("case_reworked", ("unit",)),
    events.CaseVoided: ("case_voided", ("unit",)),
    events.CaseOverseen: ("case_overseen", ("unit", "command")),
    events.CaseReturned: ("case_returned", ("waiting",)),
    events.CaseCorrected: ("case_corrected", ("waiting",)),
    events.CaseReopened: ("case_reopened", ("waiting",)),
    events.CaseReassigned: ("case_reassigned", ("waiting",)),
    events.WorkGiven: ("work_given", ("crews",)),
    events.WorkTakenBack: ("work_taken_back", ("crews",)),
    events.WorkDone: ("work_done", ("unit",)),
    events.RequestMade: ("request_made", ("answering",)),
    events.RequestGranted: ("request_granted", ("asker",)),
    events.RequestDeclined: ("request_declined", ("asker",)),
}


def _teller(template: str, whom: tuple[str, ...]) -> Callable[[events.CaseEvent], None]:
    def tell(event: events.CaseEvent) -> None:
        services.tell_of_step(case_id=event.case_id, seq=event.seq, template=template, whom=whom, now=event.at)

    tell.__qualname__ = f"tell_{template}"  # deliveries are recorded under it
    return tell


for _event, _told in TOLD.items():
    subscribe(_event)(_teller(*_told))

owners.register(queries.PHOTO_OWNER, queries.as_seen)
