"""What a page is sent, as the text of server-sent events, and how much of it may wait."""

import json
from collections import deque

MOST_STREAMS = 2_000  # of this process
MOST_OF_ACCOUNT = 12  # pages of one account that wait at once
MOST_WAITING = 200  # events that one page has not taken yet


def event(kind: str, **told: object) -> str:
    """One server-sent event: its kind, and what it tells as JSON."""
    return f"event: {kind}\ndata: {json.dumps(told, ensure_ascii=False)}\n\n"


BEGIN = "retry: 3000\n\n"  # milliseconds after which a browser that lost the line comes again
BEAT = ": here\n\n"  # keeps the line open through proxies
COUNTS = event("counts")  # what waits, is to be decided or unread is another number now
REFRESH = event("refresh")  # something was missed: ask anew


class Outbox:
    """What one page has not taken yet. Beyond MOST_WAITING it is told to ask anew instead."""

    def __init__(self) -> None:
        self._events: deque[str] = deque()
        self._state = ""

    def put(self, text: str) -> None:
        """An event, after those that wait."""
        if len(self._events) >= MOST_WAITING:
            self._events.clear()
            text = REFRESH
        if text not in (COUNTS, REFRESH) or text not in self._events:
            self._events.append(text)

    def put_state(self, text: str) -> None:
        """An event that takes the place of the last one of its kind."""
        self._state = text

    def take(self) -> str:
        """All that waits; "" where nothing does."""
        told = "".join((*self._events, self._state))
        self._events.clear()
        self._state = ""
        return told
