from datetime import date

from procrastinate.contrib.django import app

from citygrid.cases import services
from citygrid.kernel import clock


@app.periodic(cron="*/5 * * * *")
@app.task(name="cases.resume_due", queue="clocks", queueing_lock="resume_due")
def resume_due(timestamp: int) -> None:
    """Resume deferred cases whose end date has passed."""
    services.resume_due(now=clock.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="cases.tell_due", queue="clocks", queueing_lock="tell_due")
def tell_due(timestamp: int) -> None:
    """Tell units of cases that are due soon or overdue."""
    services.tell_due(now=clock.now())


@app.periodic(cron="* * * * *")
@app.task(name="cases.fold_tallies", queue="clocks", queueing_lock="fold_tallies")
def fold_tallies(timestamp: int) -> None:
    """Take what has changed on the map into its tallies."""
    services.fold_tallies()


@app.task(name="cases.follow_calendar", queue="clocks")
def follow_calendar(key: str, day: str, after: str) -> None:
    """Recompute the next open deadlines after a day of a calendar was changed."""
    services.follow_calendar(key=key, day=date.fromisoformat(day), after=after, now=clock.now())
