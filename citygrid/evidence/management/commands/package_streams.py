import os
import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand

from citygrid.evidence import services
from citygrid.kernel import clock

os.environ.setdefault("PGAPPNAME", "citygrid packager")  # by which `kernel.health` knows that it runs


class Command(BaseCommand):
    help = "Show live video: the packager, a process that runs until it is ended."

    def handle(self, *args: Any, **options: Any) -> None:
        over = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: over.set())
        services.package_streams(clock=clock.now, is_over=over.is_set)
