"""The platform's own web server under load over loopback (wrk), and the database alone under the same statements.

The client costs little beside what it measures (wrk is C), but server, database and client share the machine.
"""

import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks import city
from citygrid.config import processes

HERE = Path(__file__).resolve().parent
PGBENCH = "/usr/lib/postgresql/15/bin/pgbench"
CLIENTS = 8
WARM_SECONDS = 3
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `who` is "Bearer ..." or a cookie, `body` a JSON text."""

    who: str
    path: str
    method: str = "GET"
    body: str = ""
    key: str = ""


@dataclass
class Answers:
    """How fast, and what came back: times in ms, CPU in ms of one request."""

    rate: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    most_ms: float
    failed: int
    web_cpu_ms: float
    database_cpu_ms: float
    statuses: Counter[str] = field(default_factory=Counter)
    bodies: list[str] = field(default_factory=list)

    def times(self) -> dict[str, Any]:
        """The figures of a row."""
        wrong = self.failed + sum(n for status, n in self.statuses.items() if not status.startswith("2"))
        names = ("p50_ms", "p95_ms", "p99_ms", "most_ms", "web_cpu_ms", "database_cpu_ms")
        return {**{name: round(getattr(self, name), 2) for name in names}, "wrong_answers": wrong}


class Server:
    """The web processes of `deploy/run` on a free port, in the city this process is connected to."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = processes.web("127.0.0.1", self.port)
        self.process = subprocess.Popen(
            command, env=city.environment(), stdout=subprocess.DEVNULL, start_new_session=True
        )

    def wait(self) -> None:
        """Until it answers."""
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/sign-in/", timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError("the server does not answer")

    def load(
        self,
        requests: Iterable[Request],
        seconds: float,
        *,
        clients: int = CLIENTS,
        keeps_bodies: bool = False,
        is_once: bool = False,
    ) -> Answers:
        """Send the requests in their order, over and over unless `is_once`, for so long."""
        with tempfile.TemporaryDirectory() as folder:
            asked, answered = Path(folder) / "requests", Path(folder) / "answers"
            with asked.open("w") as lines:
                lines.writelines(f"{r.who}\t{r.key}\t{r.method}\t{r.path}\t{r.body}\n" for r in requests)
            words = ["bodies" if keeps_bodies else "sizes", "once" if is_once else "again"]
            wrk = ["wrk", "-t1", f"-c{clients}", f"-d{seconds:.0f}s", "--timeout", "30s", "-s", str(HERE / "load.lua")]
            before = self._cpu()
            done = subprocess.run(
                [*wrk, f"http://127.0.0.1:{self.port}", "--", str(asked), str(answered), *words],
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            used = [(after - before) * 1e3 for before, after in zip(before, self._cpu(), strict=True)]
            told = json.loads(done.stdout.strip().splitlines()[-1])
            statuses: Counter[str] = Counter()
            bodies = []
            with answered.open() as lines:
                for line in lines:
                    status, _, body = line.rstrip("\n").partition("\t")
                    statuses[status] += 1
                    if keeps_bodies or not status.startswith("2"):
                        bodies.append(body)
        count = max(told["requests"], 1)
        times = {name: told[name] for name in ("p50_ms", "p95_ms", "p99_ms", "most_ms", "failed")}
        rate = told["requests"] / told["seconds"]
        return Answers(
            rate,
            **times,
            web_cpu_ms=used[0] / count,
            database_cpu_ms=used[1] / count,
            statuses=statuses,
            bodies=bodies,
        )

    def end(self) -> None:
        """Let it finish what it has begun."""
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(30)

    def _cpu(self) -> tuple[float, float]:
        """CPU seconds so far of the web processes and of the database's."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            backends = [row[0] for row in cursor.fetchall()]
        return _cpu_of(_with_children(self.process.pid)), _cpu_of(backends)


@contextmanager
def serve() -> Iterator[Server]:
    """A server, ready; ended afterwards."""
    server = Server()
    try:
        server.wait()
        yield server
    finally:
        server.end()


def statements(act: Callable[[], Any]) -> list[str]:
    """What an act says to the database, with its values."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return [query["sql"] for query in captured]


def database_alone(script: Iterable[str], seconds: float, *, clients: int = CLIENTS) -> float:
    """Times a second the database alone runs these statements (pgbench, prepared). `:n` is a random number."""
    given = connection.settings_dict
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write("\\set n random(1, 1000000000000000)\n")
        # pgbench takes a colon and a name for a variable, also in a text.
        file.writelines(re.sub(r"(?<!:):(?=[a-z_])(?!n\b)", "\\:", sql.replace("\n", " ")) + ";\n" for sql in script)
        file.flush()
        done = subprocess.run(
            [PGBENCH, "-n", "-M", "prepared", f"-c{clients}", "-j1", f"-T{seconds:.0f}", "-f", file.name]
            + ["-h", given["HOST"], "-p", given["PORT"], "-U", given["USER"], given["NAME"]],
            capture_output=True,
            text=True,
        )
    found = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
    if done.returncode or not found:
        raise RuntimeError(done.stderr)
    return float(found[1])


def _with_children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(below for child in children for below in _with_children(int(child)))]


def _cpu_of(pids: Iterable[int]) -> float:
    total = 0
    for pid in pids:
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists():
            used = stat.read_text().rpartition(")")[2].split()
            total += int(used[11]) + int(used[12])
    return total / TICKS
