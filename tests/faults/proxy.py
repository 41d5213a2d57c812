"""A TCP proxy that is a bad line: it delays, stalls, cuts and half closes, as the test asks of each connection."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

STEP = 16 << 10
RESET = struct.pack("ii", 1, 0)  # SO_LINGER of no time: the close is a reset


@dataclass(frozen=True)
class Fault:
    """What happens to one connection; bytes are those from the client to the server. None and 0: nothing.

    `delay`: seconds before each piece is passed on. `cut_after`: the line breaks on both sides behind so many bytes,
    by a reset if `is_reset`. `stall_after`: behind so many bytes nothing is passed on any more, either way, and nobody
    is told. `close_after`: the server is told that the client sends no more, who may go on without being heard.
    """

    delay: float = 0
    cut_after: int | None = None
    is_reset: bool = False
    stall_after: int | None = None
    close_after: int | None = None


GOOD = Fault()


class Proxy:
    """Listens on a port of its own and passes on to `target`. A fault happens once, once a line is long enough."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.faults: list[Fault] = []
        self.suffered: list[Fault] = []  # faults that came to happen
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.lines: list[socket.socket] = []
        self.is_open = True
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.is_open = False
        for line in (self.listener, *self.lines):
            _close(line)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
                self.lines += [client, server]
                fault = self.faults.pop(0) if self.faults else GOOD
                stalled = threading.Event()
                for passing in (self._upwards, self._downwards):
                    threading.Thread(target=passing, args=(client, server, fault, stalled), daemon=True).start()

    def _upwards(self, client: socket.socket, server: socket.socket, fault: Fault, stalled: threading.Event) -> None:
        """From the client to the server, as far as the fault lets it."""
        passed = 0
        with suppress(OSError):
            while piece := client.recv(STEP):
                time.sleep(fault.delay)
                bounds = [
                    bound for bound in (fault.cut_after, fault.stall_after, fault.close_after) if bound is not None
                ]
                room = min(bounds, default=passed + len(piece)) - passed
                server.sendall(piece[:room])
                passed += min(room, len(piece))
                if room <= len(piece) and bounds:
                    self._suffer(client, server, fault, stalled)
                    return
            server.shutdown(socket.SHUT_WR)
        if fault != GOOD:
            self.faults.insert(0, fault)  # the connection was too short for it

    def _suffer(self, client: socket.socket, server: socket.socket, fault: Fault, stalled: threading.Event) -> None:
        self.suffered.append(fault)
        if fault.stall_after is not None:
            stalled.set()
            _drain(client)
        elif fault.close_after is not None:
            server.shutdown(socket.SHUT_WR)
            _drain(client)
        for line in (client, server):
            if fault.is_reset:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            _close(line)

    def _downwards(self, client: socket.socket, server: socket.socket, fault: Fault, stalled: threading.Event) -> None:
        """From the server to the client."""
        with suppress(OSError):
            while piece := server.recv(STEP):
                if stalled.is_set():
                    return
                time.sleep(fault.delay)
                client.sendall(piece)
        if not stalled.is_set():
            _close(client)


@contextmanager
def proxy_to(port: int) -> Iterator[Proxy]:
    """A proxy to a port of this machine, until the end of the block."""
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.close()


def _drain(line: socket.socket) -> None:
    """Take what comes, and forget it, until the other side gives up."""
    while line.recv(STEP):
        pass


def _close(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
