"""The platform as it is run, in a cluster, a city and on a port of its own, whose processes may be killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OUTSIDE = {"DATABASE_URL", "CITYGRID_STATE", "CITYGRID_HOSTS", "CITYGRID_HOST"}


class Platform:
    """`deploy/run` with a state folder of its own, and the tree of its processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sockets = folder / "socket"
        self.port = free_ports()
        self.api = f"http://127.0.0.1:{self.port}/api/v1"
        kept = {name: value for name, value in os.environ.items() if name not in OUTSIDE}
        self.environment = {**kept, "CITYGRID_STATE": str(folder), "CITYGRID_PORT": str(self.port)}
        self.log = (folder / "run.log").open("ab")
        self.process: subprocess.Popen[bytes] | None = None

    def do(self, *command: str) -> None:
        """A program of the checkout, in this platform's environment."""
        subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=self.environment, check=True, stdout=self.log, stderr=self.log
        )

    def start(self) -> None:
        run = [sys.executable, str(ROOT / "deploy" / "run")]
        self.process = subprocess.Popen(run, cwd=ROOT, env=self.environment, stdout=self.log, stderr=self.log)
        wait_for(self.answers)
        time.sleep(3)  # a process is started again once it has shown for some seconds that it can run

    def end(self) -> None:
        """End what was started, the cluster last."""
        if self.process:
            self.process.terminate()
            self.process.wait(60)
        self.do("deploy/cluster", "stop")
        self.log.close()

    def answers(self) -> bool:
        """Whether it serves, with its database: nobody has the receipt it is asked for."""
        try:
            urllib.request.urlopen(f"{self.api}/reports/0000-0000-0000", timeout=10).close()
        except urllib.error.HTTPError as refusal:
            refusal.close()
            return refusal.code == 404
        except OSError:
            pass
        return False

    def report(self, token: str, key: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send a report until there is an answer, as a device does: the same key and report each time."""
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key, "Content-Type": "application/json"}
        for _ in range(600):
            try:
                request = urllib.request.Request(f"{self.api}/reports", json.dumps(body).encode(), headers)
                with urllib.request.urlopen(request, timeout=10) as answer:
                    return dict(json.load(answer))
            except urllib.error.HTTPError as refusal:
                refusal.close()
                if refusal.code < 500:
                    raise
            except (OSError, ValueError, HTTPException):
                pass  # the worker died before or while it answered
            time.sleep(0.1)
        raise TimeoutError(f"no answer to {key}")

    # Processes of this run only: descendants of the one that was started here.

    def below(self, word: str) -> list[int]:
        """Processes below `deploy/run` whose command holds the word, parents first."""
        assert self.process
        return [pid for pid in descendants(self.process.pid) if word in command_of(pid)]

    def web_workers(self) -> list[int]:
        """The processes that answer requests: those that granian's own process started."""
        return [pid for pid in self.below("config.wsgi")[1:] if "resource_tracker" not in command_of(pid)]

    def job_workers(self) -> list[int]:
        return self.below("procrastinate")


def free_ports() -> int:
    """A port nobody listens on, and nobody on the next one: web and live."""
    while True:
        with socket.socket() as first, socket.socket() as second, suppress(OSError, OverflowError):
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            second.bind(("127.0.0.1", port + 1))
            return port


def descendants(pid: int) -> list[int]:
    """All processes below one, parents first."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []
    return [each for child in children for each in (child, *descendants(child))]


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def kill(pids: list[int]) -> int:
    """SIGKILL to each; how many there were."""
    killed = 0
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
            killed += 1
        except ProcessLookupError:
            pass
    return killed


def wait_for(is_so: Any, seconds: float = 60) -> None:
    """Until it is so; TimeoutError after so many seconds."""
    until = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > until:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.1)
