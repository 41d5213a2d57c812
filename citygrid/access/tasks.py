from procrastinate.contrib.django import app

from citygrid.access import services
from citygrid.kernel import clock


@app.periodic(cron="50 3 * * *")
@app.task(name="access.forget_sign_ins", queue="housekeeping", queueing_lock="forget_sign_ins")
def forget_sign_ins(timestamp: int) -> None:
    """Keep the table of attempts to sign in bounded, every night."""
    services.forget_sign_ins(now=clock.now())
