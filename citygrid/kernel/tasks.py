from procrastinate.contrib.django import app

from citygrid.kernel import audit, clock


@app.periodic(cron="* * * * *")
@app.task(name="kernel.seal_audit", queue="housekeeping", queueing_lock="seal_audit")
def seal_audit(timestamp: int) -> None:
    """Chain what the audit trail got since the last minute."""
    audit.seal(now=clock.now())
