from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from citygrid.evidence import services
from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor


@app.task(name=services.PROCESS_TASK, queue=services.QUEUE, retry=RetryStrategy(max_attempts=12, exponential_wait=2))
def process(*, media_id: str) -> None:
    """Draw the copies of a photo that came in."""
    services.process(media_id=UUID(media_id), now=clock.now())


@app.task(name=services.KEEP_TASK, queue=services.QUEUE, retry=RetryStrategy(max_attempts=12, exponential_wait=2))
def keep_stream(*, stream_id: str) -> None:
    """Make a film of a stream that has ended."""
    services.keep_stream(stream_id=UUID(stream_id), now=clock.now())


@app.periodic(cron="* * * * *")
@app.task(name="evidence.end_quiet_streams", queue="housekeeping", queueing_lock="end_quiet_streams")
def end_quiet_streams(timestamp: int) -> None:
    """End the streams that nobody ended, every minute."""
    services.end_quiet_streams(now=clock.now())


@app.periodic(cron="30 3 * * *")
@app.task(name="evidence.scrub", queue="housekeeping", queueing_lock="scrub_evidence")
def scrub(timestamp: int) -> None:
    """Check all originals against their hashes, every night."""
    services.scrub(actor=system_actor("scrubber"), now=clock.now())


@app.periodic(cron="0 4 * * *")
@app.task(name="evidence.purge", queue="housekeeping", queueing_lock="purge_evidence")
def purge(timestamp: int) -> None:
    """Remove the files of photos whose time is over, every night."""
    services.purge(now=clock.now())
    services.drop_refused_streams(now=clock.now())


@app.periodic(cron="15 * * * *")
@app.task(name="evidence.expire_uploads", queue="housekeeping", queueing_lock="expire_uploads")
def expire_uploads(timestamp: int) -> None:
    """Forget files that were begun and never finished, every hour."""
    services.expire_uploads(now=clock.now())
