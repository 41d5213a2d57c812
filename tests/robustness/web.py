"""The web process on the tests' own database, with folders of its own, and a worker if one is wanted."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from django.db import connection

from citygrid.config import processes, state
from tests.live.process import free_port, is_open
from tests.robustness.platform import ROOT, descendants, wait_for


class Web:
    """`deploy/run` without its supervision: what it wrote, and how its processes are."""

    def __init__(self, folder: Path, *, has_worker: bool) -> None:
        name = connection.settings_dict["NAME"]
        url = os.environ.get("DATABASE_URL", "").rsplit("/", 1)[0] or f"postgres://{state.NAME}@"
        place = "" if os.environ.get("DATABASE_URL") else f"?host={state.socket_folder()}&port={state.SOCKET_PORT}"
        self.evidence, self.uploads, self.port = folder / "evidence", folder / "uploads", free_port()
        folders = {"CITYGRID_EVIDENCE_FOLDER": self.evidence, "CITYGRID_UPLOADS_FOLDER": self.uploads}
        told = {"DATABASE_URL": f"{url}/{name}{place}", **{name: str(path) for name, path in folders.items()}}
        self.log = (folder / "web.log").open("w+")
        commands = [processes.web("127.0.0.1", self.port), *([processes.worker()] if has_worker else [])]
        self.processes = [
            subprocess.Popen(command, cwd=ROOT, env={**os.environ, **told}, stdout=self.log, stderr=self.log)
            for command in commands
        ]

    @classmethod
    @contextmanager
    def running(cls, folder: Path, *, has_worker: bool = False) -> Iterator[Self]:
        """The processes, until the end of the block."""
        web = cls(folder, has_worker=has_worker)
        try:
            wait_for(lambda: is_open(web.port))
            yield web
        finally:
            for process in web.processes:
                process.terminate()
            for process in web.processes:
                process.wait(60)
            web.log.close()

    def faults(self) -> list[str]:
        """Lines of the log that tell of a fault of the server."""
        self.log.seek(0)
        return [line for line in self.log if " ERROR " in line or "Traceback" in line]

    def peaks(self) -> dict[int, int]:
        """Bytes of memory that each process has used at most, by its id; children that came and went are not in it."""
        ours = [pid for process in self.processes for pid in (process.pid, *descendants(process.pid))]
        return {pid: peak for pid in ours if (peak := _peak(pid))}


def _peak(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:")), 0)
