"""The web process itself, spoken to by hand: slow bodies, lies about lengths, requests that are none."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.db import connection

from citygrid.config import processes, state
from tests.robustness.platform import ROOT, wait_for

HEAD = "POST /api/v1/reports HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
GOOD = b"GET /api/v1/reports/0000-0000-0000 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
STALLED = 40  # requests that never finish; the web has 2 workers with 4 threads each


@pytest.fixture(scope="module")
def port(django_db_setup: None, django_db_blocker: object) -> Iterator[int]:
    """The web of `deploy/run` on the tests' own database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    name = connection.settings_dict["NAME"]
    url = os.environ.get("DATABASE_URL", "").rsplit("/", 1)[0] or f"postgres://{state.NAME}@"
    place = "" if os.environ.get("DATABASE_URL") else f"?host={state.socket_folder()}&port={state.SOCKET_PORT}"
    environment = {**os.environ, "DATABASE_URL": f"{url}/{name}{place}"}
    web = subprocess.Popen(processes.web("127.0.0.1", free), cwd=ROOT, env=environment)
    try:
        wait_for(lambda: b" 404 " in talk(free, GOOD))
        yield free
    finally:
        web.terminate()
        web.wait(30)


def talk(port: int, said: bytes, wait_seconds: float = 10) -> bytes:
    """What the server answers to these bytes before it closes, or until nothing comes any more."""
    try:
        with socket.create_connection(("127.0.0.1", port), wait_seconds) as line:
            line.sendall(said)
            heard = b""
            while piece := line.recv(65_536):
                heard += piece
            return heard
    except OSError:
        return heard if "heard" in locals() else b""


def is_served(port: int) -> bool:
    """Whether a good request is answered rightly; one that is held up is never answered."""
    return b" 404 " in talk(port, GOOD, 60).partition(b"\r\n")[0]


LIES = {
    "more than comes": HEAD + "Content-Length: 500\r\n\r\n{}",
    "less than comes": HEAD + 'Content-Length: 1\r\n\r\n{"description": "x"}',
    "negative": HEAD + "Content-Length: -5\r\n\r\n{}",
    "no number": HEAD + "Content-Length: five\r\n\r\n{}",
    "beyond any": HEAD + "Content-Length: 99999999999999999999999\r\n\r\n{}",
    "two of them": HEAD + "Content-Length: 2\r\nContent-Length: 500\r\n\r\n{}",
    "beside chunks": HEAD + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    "bad chunks": HEAD + "Transfer-Encoding: chunked\r\n\r\nZZZ\r\n{}\r\n0\r\n\r\n",
    "a huge chunk": HEAD + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n{}",
    "header without an end": "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + "x" * 1_000_000,
    "many headers": "GET / HTTP/1.1\r\nHost: x\r\n" + "".join(f"X{n}: y\r\n" for n in range(5_000)) + "\r\n",
    "address of a megabyte": f"GET /{'x' * 1_000_000} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "no HTTP": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello",
    "half a line": "GE",
    "no host": "GET /sign-in/ HTTP/1.1\r\n\r\n",
    "NUL in a header": "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\x00b\r\n\r\n",
    "folded header": "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\r\n b\r\n\r\n",
}


@pytest.mark.parametrize("lie", LIES)
def test_lie_about_a_request_is_refused_and_the_next_one_served(port: int, lie: str) -> None:
    heard = talk(port, LIES[lie].encode("latin-1"), 1)
    assert not heard.startswith((b"HTTP/1.1 2", b"HTTP/1.1 5")), heard[:100]
    assert is_served(port)


def test_requests_that_never_finish_hold_nobody_up(port: int) -> None:
    with ExitStack() as lines:
        for number in range(STALLED):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", port), 5))
            body = b'{"desc' if number % 2 else b""
            line.sendall(f"{HEAD}Authorization: Bearer x\r\nContent-Length: 5000\r\n\r\n".encode() + body)
        time.sleep(0.5)
        assert all(is_served(port) for _ in range(5))
    assert is_served(port)


def test_answers_that_nobody_reads_hold_nobody_up(port: int) -> None:
    with ExitStack() as lines:
        for _ in range(STALLED):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", port), 5))
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1_024)
            line.sendall(b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert all(is_served(port) for _ in range(5))
