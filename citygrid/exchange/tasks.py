from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from citygrid.exchange import services
from citygrid.kernel import clock

# After 2, 4, 8 ... 1,024 s: the last within 35 minutes, so that a server like ours still knows what it got.
TRIES = RetryStrategy(max_attempts=10, exponential_wait=2)


@app.task(name=services.PUSH_TASK, queue=services.QUEUE, retry=TRIES)
def push_case(*, pushed_id: str) -> None:
    """Send a case to another city."""
    services.push_case(pushed_id=UUID(pushed_id), now=clock.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="exchange.pull_updates", queue=services.QUEUE, queueing_lock="pull_updates")
def pull_updates(timestamp: int) -> None:
    """Ask other cities what became of the cases they got, every ten minutes."""
    services.pull_updates(now=clock.now())
