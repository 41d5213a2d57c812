"""The live process: an ASGI application with one address, a stream of server-sent events.

Django judges each request in a thread, by the middleware of all pages; what it admits becomes a stream, which needs no
thread. So that a session that has ended, an account that is locked or a post that is taken away ends its streams, the
same question is asked again every `BEAT_SECONDS`.
"""

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from typing import Any, TypeVar

from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.db import close_old_connections
from django.http import HttpResponse
from django.utils import translation

from citygrid.kernel.actor import Actor
from citygrid.kernel.api import problem
from citygrid.kernel.errors import AddressUnknown, Refusal
from citygrid.kernel.web import LIVE_ROOT
from citygrid.live import queries, rules
from citygrid.live.web.hub import Hub, Stream
from citygrid.live.web.listener import listen
from citygrid.live.web.views import Admission

logger = logging.getLogger(__name__)
BEAT_SECONDS = 15.0
R = TypeVar("R")
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Live:
    """Streams for the pages of the staff. Two threads judge who may listen, one asks what is new for whom."""

    def __init__(self) -> None:
        self._django = BaseHandler()
        self._django.load_middleware()
        self._door = ThreadPoolExecutor(2, "door")
        self._reader = ThreadPoolExecutor(1, "reader")
        self._hub: Hub | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """From the start of the process to its end."""
        while True:
            message = (await receive())["type"]
            if message == "lifespan.startup":
                self._begin()
            else:
                self._end()
            await send({"type": f"{message}.complete"})
            if message == "lifespan.shutdown":
                return

    def _begin(self) -> None:
        self._hub = Hub(self._news)
        for work in (listen(self._hub), *map(self._hub.distribute, queries.TOPICS)):
            self._start(work)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        task.add_done_callback(_end_process)
        self._tasks.append(task)

    def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._hub:
            self._hub.close()

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["path"] != LIVE_ROOT or self._hub is None:
            return await _send(problem(AddressUnknown()), send)
        answer = await self._judged(scope)
        if not isinstance(answer, Admission):
            return await _send(answer, send)
        stream = Stream(answer.actor, answer.case, answer.language, answer.labels)
        try:
            self._hub.enter(stream)
        except Refusal as refusal:
            with translation.override(answer.language):
                refused = problem(refusal)
            return await _send(refused, send)
        gone = asyncio.create_task(_until_gone(receive, stream))
        try:
            del answer["Content-Length"]
            await send(_start_of(answer, 200))
            with suppress(TimeoutError):
                await self._flow(scope, stream, send)
        finally:
            self._hub.leave(stream)
            gone.cancel()

    async def _flow(self, scope: Message, stream: Stream, send: Send) -> None:
        """Send what is new as it comes, and a beat where nothing does; ends with the right to listen.

        TimeoutError where a page takes nothing for so long.
        """
        clock = asyncio.get_running_loop().time
        text, asked = rules.BEGIN, clock()
        while not stream.is_over:
            if text:
                body = {"type": "http.response.body", "body": text.encode(), "more_body": True}
                await asyncio.wait_for(send(body), BEAT_SECONDS)
            text = await stream.take(max(asked + BEAT_SECONDS - clock(), 0))
            if clock() >= asked + BEAT_SECONDS:
                if not await self._is_still_admitted(scope, stream):
                    break
                text, asked = text + rules.BEAT, clock()
        await send({"type": "http.response.body", "body": b""})

    async def _is_still_admitted(self, scope: Message, stream: Stream) -> bool:
        """Whether the same answer would be given now; where the database cannot be asked, it tells nothing either."""
        answer = await self._judged(scope)
        if isinstance(answer, Admission):
            return (answer.actor, answer.case) == (stream.actor, stream.case)
        return answer.status_code >= 500

    async def _judged(self, scope: Message) -> HttpResponse:
        def judge() -> HttpResponse:
            answer = self._django.get_response(ASGIRequest(scope, BytesIO()))
            answer.close()  # its content stays; connections are looked after
            return answer  # type: ignore[return-value]

        return await self._in(self._door, judge)

    async def _news(self, topic: str, ids: list[str], actors: list[Actor]) -> list[list[str]]:
        return await self._in(self._reader, lambda: queries.news(topic, ids, actors))

    async def _in(self, pool: ThreadPoolExecutor, ask: Callable[[], R]) -> R:
        """Ask in a thread, which keeps its connection to the database while that is sound."""

        def asked() -> R:
            close_old_connections()
            try:
                return ask()
            finally:
                close_old_connections()

        return await asyncio.get_running_loop().run_in_executor(pool, asked)


async def _until_gone(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.close()


async def _send(answer: HttpResponse, send: Send) -> None:
    await send(_start_of(answer, answer.status_code))
    await send({"type": "http.response.body", "body": answer.content})


def _start_of(answer: HttpResponse, status: int) -> Message:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.items()]
    headers += [(b"set-cookie", cookie.output(header="").strip().encode()) for cookie in answer.cookies.values()]
    return {"type": "http.response.start", "status": status, "headers": headers}


def _end_process(task: asyncio.Task[None]) -> None:
    """A process that does not hear or tell is worse than none: it ends, and is started again."""
    if not task.cancelled() and (error := task.exception()):
        logger.critical("The live process ends", exc_info=error)
        os.kill(os.getpid(), signal.SIGKILL)
