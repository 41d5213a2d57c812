"""A source of map tiles on this machine, which does what the name of a layer says."""

import io
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from PIL import Image

KEY = "the-key-of-the-service"
GREY = (90, 90, 90)


def picture(kind: str = "PNG") -> bytes:
    """A tile of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (256, 256), GREY).save(file, kind)
    return file.getvalue()


Answer = tuple[int, str, bytes]  # status, media type, content
ANSWERS: dict[str, Answer] = {
    "good": (200, "image/png", picture()),
    "photo": (200, "image/jpeg;charset=binary", picture("JPEG")),
    "nothing": (404, "text/plain", b""),
    "page": (200, "text/html", b"<script>alert(1)</script>"),
    "drawing": (200, "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "elsewhere": (302, "image/png", b""),
    "broken": (500, "image/png", KEY.encode()),
    "closed": (403, "text/plain", KEY.encode()),
    "huge": (200, "image/png", picture() + bytes(2 << 20)),
    "cut": (200, "image/png", picture()),
    "slow": (200, "image/png", bytes(40)),
}


class TileServer(ThreadingHTTPServer):
    """What was asked of it: (layer, zoom, column, row), and the keys that came along."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, int, int, int]] = []
        self.keys: set[str] = set()
        self.answers = dict(ANSWERS)

    def url(self, layer: str) -> str:
        query = "SERVICE=WMTS&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}"
        return f"http://127.0.0.1:{self.server_port}/{layer}/wmts?{query}"


class Handler(BaseHTTPRequestHandler):
    server: TileServer

    def do_GET(self) -> None:  # noqa: N802 - named by the library
        parts = urlsplit(self.path)
        query, layer = parse_qs(parts.query), parts.path.split("/")[1]
        zoom, column, row = (int(query[name][0]) for name in ("TILEMATRIX", "TILECOL", "TILEROW"))
        self.server.asked.append((layer, zoom, column, row))
        self.server.keys.add(query["tk"][0])
        status, kind, content = self.server.answers[layer]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content) + (layer == "cut")))
        self.send_header("Location", self.server.url("good").format(z=1, x=0, y=0, key=KEY))
        self.end_headers()
        with suppress(OSError):  # who asked has gone
            self.send(content, every=0.1 if layer == "slow" else 0)

    def send(self, content: bytes, every: float) -> None:
        """At once, or a byte now and then, so that no single read takes long."""
        for start in range(0, len(content), 1 if every else len(content) or 1):
            self.wfile.write(content[start : start + 1] if every else content)
            time.sleep(every)

    def log_message(self, *args: Any) -> None:
        """In silence."""


@contextmanager
def tile_server() -> Iterator[TileServer]:
    """Serves until the end of the block."""
    server = TileServer()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
