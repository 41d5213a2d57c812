"""Where this checkout keeps its state: folder, socket, database and ports.

Several checkouts share a machine, so everything is named after the checkout's path.
Standard library only: the setup scripts use it before anything is installed.
"""

import os
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

ROOT = Path(__file__).resolve().parents[2]
NAME = "citygrid"
SOCKET_PORT = 5432
# A Unix socket address holds 107 bytes; a margin is left for the lock file beside it.
SOCKET_BYTES = 100
PORTS = {"web": 0, "live": 1}


def name() -> str:
    """The checkout's folder name and 8 hexadecimal digits of its path's SHA-256."""
    return f"{ROOT.name}-{sha256(os.fsencode(ROOT)).hexdigest()[:8]}"


def folder() -> Path:
    """The state folder of this checkout (`CITYGRID_STATE`, else by user); not created here."""
    if given := os.environ.get("CITYGRID_STATE"):
        return Path(given).resolve()
    if os.geteuid() == 0:
        return Path("/var/lib") / NAME / name()
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / NAME / name()


def socket_folder() -> Path:
    """The folder of the database socket: in the state folder, or a short one where that path is too long."""
    inside = folder() / "socket"
    if len(os.fsencode(inside / f".s.PGSQL.{SOCKET_PORT}")) <= SOCKET_BYTES:
        return inside
    key = sha256(os.fsencode(folder())).hexdigest()[:8]
    return Path("/tmp") / f"{NAME}-{key}"  # noqa: S108 - deploy/cluster refuses it if another owns it


def is_private() -> bool:
    """Whether the private cluster is used (no `DATABASE_URL` is set)."""
    return not os.environ.get("DATABASE_URL")


def database() -> dict[str, Any]:
    """Django's connection settings NAME, USER, PASSWORD, HOST, PORT and OPTIONS (libpq parameters).

    Raises ValueError when `DATABASE_URL` is not postgres://user:password@host:port/name?parameter=value.
    """
    if url := os.environ.get("DATABASE_URL"):
        return _from_url(url)
    return {
        "NAME": NAME,
        "USER": NAME,
        "PASSWORD": "",
        "HOST": str(socket_folder()),
        "PORT": str(SOCKET_PORT),
        "OPTIONS": {},
    }


def _from_url(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    database_name = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in {"postgres", "postgresql", "postgis"} or not database_name:
        # The value itself holds a password and is not shown.
        raise ValueError("DATABASE_URL must read postgres://user:password@host:port/name?parameter=value")
    options = dict(parse_qsl(parts.query))
    return {
        "NAME": database_name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": options.pop("port", "") or str(parts.port or ""),
        "OPTIONS": options,
    }


def port(process: str = "web") -> int:
    """The port a process listens on: 8000 (or `CITYGRID_PORT`) for web, the next for live. KeyError if unknown."""
    return int(os.environ.get("CITYGRID_PORT", "8000")) + PORTS[process]
