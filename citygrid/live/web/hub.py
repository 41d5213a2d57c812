"""The pages that wait for news, who looks at which case, and how a change comes to those who may see it.

All in the memory of one process: nothing is stored, and a page that comes again asks anew for everything.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Iterable
from contextlib import suppress

from django.db import Error

from citygrid.kernel.actor import Actor
from citygrid.live import queries, rules
from citygrid.live.errors import NoMoreStreams, TooManyStreams

logger = logging.getLogger(__name__)
News = Callable[[str, list[str], list[Actor]], Awaitable[list[list[str]]]]


class Stream:
    """One page that waits, as a post, with the case it shows ("" for none) and what it has not been sent yet.

    `language` is that of the page, `labels` what others at the case read of it, in Chinese and in English.
    """

    def __init__(
        self, actor: Actor, case: str, language: str = "zh-hans", labels: tuple[str, str] | None = None
    ) -> None:
        self.actor, self.case, self.language = actor, case, language
        self.labels = labels or (actor.label, actor.label)
        self.box = rules.Outbox()
        self.is_over = False
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Something waits to be sent, or the stream is over."""
        self._woken.set()

    def close(self) -> None:
        """Nothing more is sent."""
        self.is_over = True
        self.wake()

    def tell(self, *events: str) -> None:
        for event in events:
            self.box.put(event)
        self.wake()

    async def take(self, seconds: float) -> str:
        """What is to be sent, as soon as there is any; "" after so many seconds without."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
        self._woken.clear()
        return self.box.take()


class Hub:
    """All streams of the process. `news` asks the database, away from the loop of events."""

    def __init__(self, news: News) -> None:
        self.streams: set[Stream] = set()
        self._news = news
        self._rung: dict[str, dict[str, None]] = {topic: {} for topic in queries.TOPICS}
        self._has_rung = {topic: asyncio.Event() for topic in queries.TOPICS}

    def enter(self, stream: Stream) -> None:
        """Take a page in; TooManyStreams (429) of one account, NoMoreStreams (503)."""
        if len(self.streams) >= rules.MOST_STREAMS:
            raise NoMoreStreams()
        own = [other for other in self.streams if other.actor.account_id == stream.actor.account_id]
        if len(own) >= rules.MOST_OF_ACCOUNT:
            raise TooManyStreams()
        self.streams.add(stream)
        self._tell_presence(stream.case)

    def leave(self, stream: Stream) -> None:
        """The page is gone."""
        self.streams.discard(stream)
        self._tell_presence(stream.case)

    def close(self) -> None:
        """End all streams."""
        for stream in self.streams:
            stream.close()

    def refresh(self) -> None:
        """Something may have been missed: every page asks anew."""
        for stream in self.streams:
            stream.tell(rules.REFRESH)

    def ring(self, topic: str, ids: Iterable[str]) -> None:
        """Something about these ids is new; without pages that wait, that is nothing to anybody."""
        if self.streams and topic in self._rung:
            self._rung[topic].update(dict.fromkeys(ids))
            self._has_rung[topic].set()

    async def distribute(self, topic: str) -> None:
        """Gather what is new for a moment, then tell it to those who may see it; over and over."""
        while True:
            await self._has_rung[topic].wait()
            await asyncio.sleep(queries.TOPICS[topic].seconds)
            ids, self._rung[topic] = list(self._rung[topic]), {}
            self._has_rung[topic].clear()
            try:
                await self._tell(topic, ids)
            except (Error, ValueError):
                logger.exception("%s: %d changes could not be told", topic, len(ids))
                self.refresh()

    async def _tell(self, topic: str, ids: list[str]) -> None:
        """One question for all whose posts are alike."""
        groups: dict[Hashable, list[Stream]] = defaultdict(list)
        for stream in self.streams:
            groups[queries.TOPICS[topic].alike(stream.actor)].append(stream)
        told = await self._news(topic, ids, [streams[0].actor for streams in groups.values()])
        for streams, events in zip(groups.values(), told, strict=True):
            for stream in streams if events else ():
                stream.tell(*events)

    def _tell_presence(self, case: str) -> None:
        """Tell everybody at a case who else is there; an account with several pages is there once."""
        here = [stream for stream in self.streams if case and stream.case == case]
        labels = {stream.actor.account_id: stream.labels for stream in here}
        for stream in here:
            told = [each for account, each in labels.items() if account != stream.actor.account_id]
            others = sorted(zh if stream.language.startswith("zh") else en for zh, en in told)
            stream.box.put_state(rules.event("present", case=case, labels=others))
            stream.wake()
