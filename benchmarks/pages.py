"""Pages that listen for news, in a process of their own: they are not late because of who changes the cases."""

import asyncio
import json
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

HEAD = "GET /live/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nAccept: text/event-stream\r\n\r\n"


@dataclass
class Heard:
    """What one page was told: when it first heard of each case, by number, and how often it was told to ask anew."""

    told: dict[str, float] = field(default_factory=dict)
    refreshed: int = 0
    is_lost: bool = False


@contextmanager
def listening(cookies: Sequence[str], port: int) -> Iterator[list[Heard]]:
    """A page for each session, listening until the end of the block; then the list holds what each has heard."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_listen, args=(list(cookies), port, theirs), daemon=True)
    process.start()
    if ours.recv() != "ready":
        raise ConnectionError("a page was refused")
    heard: list[Heard] = []
    yield heard
    ours.send("end")
    heard += ours.recv()
    process.join(10)


def _listen(cookies: list[str], port: int, pipe: Connection) -> None:
    asyncio.run(_all(cookies, port, pipe))


async def _all(cookies: list[str], port: int, pipe: Connection) -> None:
    try:
        lines = [await _open(cookie, port) for cookie in cookies]
    except OSError as error:
        return pipe.send(str(error))
    heard = [Heard() for _ in lines]
    reading = [asyncio.create_task(_read(line, each)) for line, each in zip(lines, heard, strict=True)]
    pipe.send("ready")
    await asyncio.to_thread(pipe.recv)
    for task, each in zip(reading, heard, strict=True):
        each.is_lost = task.done()
        task.cancel()
    pipe.send(heard)


async def _open(cookie: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Ask for the stream, and wait for its beginning."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD.format(cookie=cookie).encode())
    status = await reader.readline()
    if b" 200 " not in status:
        raise ConnectionError(status.decode())
    await reader.readuntil(b"retry:")
    return reader, writer


async def _read(line: tuple[asyncio.StreamReader, asyncio.StreamWriter], heard: Heard) -> None:
    """Note what is told, until the line is closed."""
    kind = b""
    while text := await line[0].readline():
        if text.startswith(b"event: "):
            kind = text[7:].strip()
            heard.refreshed += kind == b"refresh"
        elif text.startswith(b"data: ") and kind == b"case":
            heard.told.setdefault(json.loads(text[6:])["number"], time.monotonic())
