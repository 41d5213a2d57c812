"""Other servers of map tiles on the same database, each in an environment of its own (requirements/peers.txt)."""

import hashlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

TABLE = "public.cases_case"
NAMES = "number,state"  # of what a tile of theirs tells, as much as ours does
PINNED = Path(settings.ROOT) / "requirements/peers.txt"


def installed() -> Path:
    """The environment with what is pinned, made when it is not there or something else was pinned."""
    folder = Path(settings.STATE_FOLDER) / "peers"
    mark, wanted = folder / "installed", hashlib.sha256(PINNED.read_bytes()).hexdigest()
    if not mark.exists() or mark.read_text() != wanted:
        uv, python = Path(sys.executable).with_name("uv"), folder / "bin/python"
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder], check=True)
        subprocess.run(
            [uv, "pip", "install", "--quiet", "--require-hashes", "--python", python, "-r", PINNED], check=True
        )
        mark.write_text(wanted)
    return folder


def version(name: str) -> str:
    """The version of a package of that environment."""
    [found] = distributions(name=name, path=[str(next(installed().glob("lib/python3*/site-packages")))])
    return found.version


@contextmanager
def tipg() -> Iterator[str]:
    """tipg in one process on the city this process is connected to; yields the address below which its tiles lie."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["-m", "uvicorn", "tipg.main:app", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    process = subprocess.Popen([installed() / "bin/python", *words], env=_environment(), cwd=settings.STATE_FOLDER)
    try:
        _wait(process, f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}/collections/{TABLE}/tiles/WebMercatorQuad"
    finally:
        process.terminate()
        process.wait(30)


def _environment() -> dict[str, str]:
    given = connection.settings_dict
    password = f":{quote(given['PASSWORD'], safe='')}" if given["PASSWORD"] else ""
    where = f"{quote(given['HOST'], safe='')}:{given['PORT'] or 5432}"  # a folder of a socket too
    return {
        **os.environ,
        "DATABASE_URL": f"postgresql://{given['USER']}{password}@{where}/{given['NAME']}",
        "TIPG_DB_TABLES": json.dumps([TABLE]),
        "TIPG_DB_SPATIAL_EXTENT": "false",
        "TIPG_DB_DATETIME_EXTENT": "false",
    }


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise TimeoutError("tipg does not answer")
