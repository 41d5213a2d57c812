"""The processes of the platform as commands. Standard library only, as `state`."""

import os

from citygrid.config.state import ROOT

BIN = ROOT / ".venv" / "bin"
WORKERS = os.environ.get("CITYGRID_WORKERS", "2")
THREADS = "4"  # of each worker: more wait for the database at once, so that they share its writes to the disk


def web(host: str, port: int) -> list[str]:
    """Pages and API."""
    return [
        *(str(BIN / "granian"), "--interface", "wsgi", "--host", host, "--port", str(port), "--no-ws"),
        *("--workers", WORKERS, "--blocking-threads", THREADS, "--backlog", "4096"),
        *("--respawn-failed-workers", "--workers-kill-timeout", "5", "citygrid.config.wsgi:application"),
    ]


def live(host: str, port: int) -> list[str]:
    """News for the pages that are open: streams, each of which is a request that goes on."""
    return [
        *(str(BIN / "granian"), "--interface", "asgi", "--host", host, "--port", str(port), "--no-ws"),
        *("--workers", "1", "--backlog", "4096", "--backpressure", "4096"),
        *("--respawn-failed-workers", "--workers-kill-timeout", "5", "citygrid.config.asgi:application"),
    ]


def packager() -> list[str]:
    """What is shown of live video."""
    return [str(BIN / "python"), "manage.py", "package_streams"]


def worker() -> list[str]:
    """Jobs."""
    return [str(BIN / "python"), "manage.py", "procrastinate", "worker", "--concurrency", "4"]
