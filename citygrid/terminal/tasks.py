from procrastinate.contrib.django import app

from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor
from citygrid.terminal import services


@app.periodic(cron="*/10 * * * *")
@app.task(name="terminal.end_forgotten", queue="housekeeping", queueing_lock="end_forgotten_patrols")
def end_forgotten(timestamp: int) -> None:
    """End the patrols that nobody ended for twelve hours."""
    services.end_forgotten(actor=system_actor("End of forgotten patrols"), now=clock.now())


@app.periodic(cron="10 4 * * *")
@app.task(name="terminal.forget_tracks", queue="housekeeping", queueing_lock="forget_tracks")
def forget_tracks(timestamp: int) -> None:
    """Remove the positions of patrols of long ago, every night."""
    services.forget_tracks(actor=system_actor("Removal of old positions"), now=clock.now())
