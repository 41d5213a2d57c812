"""A small client of the tus protocol 1.0.0: it goes on after every fault from where the server says it is."""

import hashlib
import time
from base64 import b64encode
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from mmap import mmap

CHUNK = 1 << 20
TIMEOUT = 2.0  # seconds without a byte, after which a line counts as dead
MOST_TRIES = 400
PAUSE = 0.2  # before the server is asked how far it is: it may still write what came
PATH = "/api/v1/uploads"
AGAIN = {409, 423}  # the server still works on what was sent before


@dataclass
class Sender:
    """Sends files to a port of this machine with one token. `sent` counts bytes of pieces, those sent again too."""

    port: int
    token: str
    chunk: int = CHUNK
    timeout: float = TIMEOUT
    sent: int = 0
    broken: int = 0  # requests that came to no answer

    def send(self, content: bytes | mmap, filename: str) -> str:
        """Id of the medium that the file became; AssertionError when it is refused or never gets there."""
        address, offset = self._begin(content, filename), 0
        for _ in range(MOST_TRIES):
            piece = content[offset : offset + self.chunk]
            answer = self._patch(address, piece, offset)
            if answer is None or answer.status in AGAIN:
                time.sleep(PAUSE)
                answer = self._ask("HEAD", address)
            assert answer.status in (200, 204), answer.status
            if media := answer.headers.get("Citygrid-Media"):
                return str(media)
            offset = int(answer.headers["Upload-Offset"])
        raise AssertionError(f"not there after {MOST_TRIES} pieces")

    def _begin(self, content: bytes | mmap, filename: str) -> str:
        told = {"filename": filename, "sha256": hashlib.sha256(content).hexdigest()}
        coded = ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in told.items())
        answer = self._ask("POST", PATH, {"Upload-Length": str(len(content)), "Upload-Metadata": coded})
        assert answer.status == 201, answer.status
        return str(answer.headers["Location"])

    def _patch(self, address: str, piece: bytes, offset: int) -> HTTPResponse | None:
        """The answer to a piece; None when the line broke."""
        headers = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        self.sent += len(piece)
        return self._once("PATCH", address, headers, piece)

    def _ask(self, method: str, path: str, headers: dict[str, str] | None = None) -> HTTPResponse:
        """The answer to a request without a body, asked again until there is one."""
        for _ in range(MOST_TRIES):
            if answer := self._once(method, path, headers or {}):
                return answer
            time.sleep(PAUSE)
        raise AssertionError(f"no answer to {method}")

    def _once(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> HTTPResponse | None:
        line = HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        given = {"Authorization": f"Bearer {self.token}", "Tus-Resumable": "1.0.0", **headers}
        try:
            line.request(method, path, body or None, given)
            answer = line.getresponse()
            answer.read()
            return answer
        except (OSError, HTTPException):
            self.broken += 1
            return None
        finally:
            line.close()
