"""The live process on the tests' own database, and browsers that listen to it by plain HTTP."""

import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.test import Client

from citygrid.access.models import Account
from citygrid.config import processes, state

ROOT = Path(__file__).resolve().parents[2]
Event = tuple[str, dict[str, Any]]


class Process:
    """The live process of `deploy/run`; `web_port` is where the pages come from."""

    def __init__(self, port: int, web_port: int) -> None:
        name = connection.settings_dict["NAME"]
        url = os.environ.get("DATABASE_URL", "").rsplit("/", 1)[0] or f"postgres://{state.NAME}@"
        place = "" if os.environ.get("DATABASE_URL") else f"?host={state.socket_folder()}&port={state.SOCKET_PORT}"
        environment = {**os.environ, "DATABASE_URL": f"{url}/{name}{place}", "CITYGRID_PORT": str(web_port)}
        self.port, self.web_port = port, web_port
        self.process = subprocess.Popen(processes.live("127.0.0.1", port), cwd=ROOT, env=environment)

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(30)

    def ask(self, path: str = "/live/", **headers: str) -> tuple[HTTPConnection, HTTPResponse]:
        """A request and the beginning of its answer."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=20)
        line.request("GET", path, headers=headers)
        return line, line.getresponse()

    def refusal(self, path: str = "/live/", **headers: str) -> tuple[int, str]:
        """Status and code of the problem that this is answered with."""
        line, answer = self.ask(path, **headers)
        try:
            assert answer.headers["Content-Type"] == "application/problem+json", answer.headers
            return answer.status, json.load(answer)["code"]
        finally:
            line.close()

    @contextmanager
    def listening(self, cookie: str, case: str = "", **headers: str) -> Iterator["Listener"]:
        """A page that waits for news, until the end of the block."""
        path = f"/live/?{urlencode({'case': case})}" if case else "/live/"
        line, answer = self.ask(path, Cookie=cookie, **headers)
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
        listener = Listener(answer)
        try:
            yield listener
        finally:
            with suppress(OSError):
                line.sock.shutdown(socket.SHUT_RDWR)  # the reader stops
            line.close()
            listener.thread.join(10)


class Listener:
    """Reads a stream in a thread of its own, and keeps its events with the moment they came."""

    def __init__(self, answer: HTTPResponse) -> None:
        self.answer = answer
        self.events: list[Event] = []
        self.beats = 0
        self.has_ended = False
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def of(self, kind: str) -> list[dict[str, Any]]:
        """What the events of this kind have told so far."""
        return [told for each, told in list(self.events) if each == kind]

    def _read(self) -> None:
        kind = ""
        with suppress(OSError, ValueError, AttributeError):
            while raw := self.answer.readline():
                name, _, value = raw.decode().rstrip("\n").partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    self.events.append((kind, json.loads(value)))
                elif not name and value:
                    self.beats += 1
        self.has_ended = True


def eventually(holds: Callable[[], bool], seconds: float = 5) -> bool:
    """Whether it holds within so many seconds."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


def session(account: Account) -> str:
    """The cookie of a browser in which the account is signed in, with its post chosen."""
    client = Client()
    client.force_login(account)
    client.get("/notices/")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_open(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False
