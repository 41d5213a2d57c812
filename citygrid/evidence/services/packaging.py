"""The packager: one process that shows what is live. It changes no record."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import sleep
from uuid import UUID

from django.db import close_old_connections

from citygrid.evidence import queries
from citygrid.evidence.media import shown
from citygrid.evidence.media.package import Package

STEP_SECONDS = 0.2
SHOWN_FOR = timedelta(minutes=2)  # what was shown of a stream stays so long after its end, for who just watches
SWEEP_STEPS = 100


def package_streams(*, clock: Callable[[], datetime], is_over: Callable[[], bool]) -> None:
    """Show the streams that are live, each by an ffmpeg of its own, until it is over. Ends with all of them."""
    packages: dict[UUID, Package] = {}
    step = 0
    while not is_over():
        close_old_connections()
        _tell(packages)
        if step % SWEEP_STEPS == 0:
            shown.sweep(clock() - SHOWN_FOR, packages)
        step += 1
        sleep(STEP_SECONDS)
    for package in packages.values():
        package.tell(0, is_live=False)
    for package in packages.values():
        package.wait()


def _tell(packages: dict[UUID, Package]) -> None:
    """Tell each package how far its stream has come; begin those that are missing, drop those that are over."""
    for stream_id, mime_type, known, is_live in queries.to_package(packages):
        if stream_id not in packages:
            packages[stream_id] = Package(stream_id, mime_type)
            packages[stream_id].start()
        packages[stream_id].tell(known, is_live=is_live)
        if not is_live and packages[stream_id].is_over():
            del packages[stream_id]
