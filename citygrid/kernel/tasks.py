from procrastinate.contrib.django import app

from citygrid.kernel import audit, clock, jobs, limits, slow


@app.periodic(cron="* * * * *")
@app.task(name="kernel.seal_audit", queue="housekeeping", queueing_lock="seal_audit")
def seal_audit(timestamp: int) -> None:
    """Chain what the audit trail got since the last minute."""
    audit.seal(now=clock.now())


@app.periodic(cron="* * * * *")
@app.task(name="kernel.take_up_left_behind", queue="housekeeping", queueing_lock="take_up_left_behind")
def take_up_left_behind(timestamp: int) -> None:
    """Take up the jobs of workers that died: within a minute and a half of their end."""
    jobs.take_up_left_behind()


@app.periodic(cron="20 3 * * *")
@app.task(name="kernel.forget_slow", queue="housekeeping", queueing_lock="forget_slow")
def forget_slow(timestamp: int) -> None:
    """Drop what was noted of slow requests some days ago."""
    slow.forget(now=clock.now())


@app.periodic(cron="25 3 * * *")
@app.task(name="kernel.forget_limits", queue="housekeeping", queueing_lock="forget_limits")
def forget_limits(timestamp: int) -> None:
    """Drop the windows of limits that are over."""
    limits.forget(now=clock.now())
