from citygrid.cases.events import CaseFiled
from citygrid.dispatch import services
from citygrid.kernel import clock
from citygrid.kernel.events import subscribe


@subscribe(CaseFiled)
def dispatch_filed_case(event: CaseFiled) -> None:
    """Send a filed case to the unit the rules name, when they name one."""
    # The clock of the machine that filed it may be ahead of this one's.
    services.dispatch_filed(case_id=event.case_id, now=max(clock.now(), event.at))
