from procrastinate.contrib.django import app

from citygrid.kernel import clock
from citygrid.notices import services


@app.periodic(cron="10 3 * * *")
@app.task(name="notices.forget_old", queue="housekeeping", queueing_lock="forget_old_notices")
def forget_old(timestamp: int) -> None:
    """Delete notices that are older than they are kept."""
    services.forget_old(now=clock.now())
