from procrastinate.contrib.django import app

from citygrid.evaluation import services


@app.periodic(cron="* * * * *")
@app.task(name="evaluation.count_changed", queue="clocks", queueing_lock="count_changed")
def count_changed(timestamp: int) -> None:
    """Count the cases anew that changed in the last minute."""
    services.count_changed()
