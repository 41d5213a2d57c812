from procrastinate.contrib.django import app

from citygrid.intake import services
from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor


@app.periodic(cron="20 4 * * *")
@app.task(name="intake.propose_focus", queue="housekeeping", queueing_lock="propose_focus")
def propose_focus(timestamp: int) -> None:
    """Propose what to look for, where and when, from the cases of the last weeks."""
    services.propose_everywhere(actor=system_actor("Proposals of what to look for"), now=clock.now())
