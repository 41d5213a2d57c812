"""The bell: after a change is committed, the screens that wait for news are told where to look. Ids only, no words.

It is no event (`events`): nothing follows from it but that a page is drawn anew, and nobody is harmed by one that was
lost or rang for nothing. It rings after the commit, in a statement of its own: a NOTIFY inside a writing transaction
takes a lock of the whole server that is held while the commit waits for the disk, so that no two transactions could
share that wait any more. Alone it writes nothing, and waits for no disk.
"""

from collections.abc import Iterator

from django.db import transaction

CASES, REPORTS, NOTICES = TOPICS = ("citygrid_cases", "citygrid_reports", "citygrid_notices")  # channels of NOTIFY
MOST_BYTES = 7_900  # PostgreSQL refuses payloads of 8,000 bytes
NOTIFY = "SELECT pg_notify(topic, payload) FROM unnest(%s::text[], %s::text[]) AS told(topic, payload)"


class _Bell:
    """What one transaction has to tell, by topic."""

    def __init__(self) -> None:
        self.told: dict[str, dict[str, None]] = {topic: {} for topic in TOPICS}

    def sound(self) -> None:
        """Tell it, after the commit."""
        pairs = [(topic, payload) for topic, ids in self.told.items() for payload in payloads(ids)]
        topics, texts = [topic for topic, _ in pairs], [payload for _, payload in pairs]
        with transaction.get_connection().cursor() as cursor:
            cursor.execute(NOTIFY, [topics, texts])


def ring(topic: str, *ids: object) -> None:
    """Tell the screens, once this transaction is committed, that something about these ids is new.

    All that one transaction says is one statement, whatever its savepoints: the bell may ring for what a savepoint
    took back, never miss what was kept. RuntimeError outside a transaction: it must be bound to the change.
    """
    line = transaction.get_connection()
    if not line.in_atomic_block:
        raise RuntimeError(f"The bell of {topic} was rung outside a transaction.")
    if not ids:
        return
    # A savepoint that takes back the first ringing takes this one back too: it lies around both.
    hooks = (getattr(hook, "__self__", None) for _, hook, _ in line.run_on_commit)
    bell = next((each for each in hooks if isinstance(each, _Bell)), None)
    if bell is None:
        bell = _Bell()
        transaction.on_commit(bell.sound, robust=True)  # the change stands, whether or not anybody hears of it
    bell.told[topic].update(dict.fromkeys(map(str, ids)))


def payloads(ids: dict[str, None]) -> Iterator[str]:
    """The ids in as few texts as NOTIFY takes, with spaces between them."""
    text = ""
    for each in ids:
        if text and len(text) + 1 + len(each) > MOST_BYTES:
            yield text
            text = ""
        text = f"{text} {each}" if text else each
    if text:
        yield text
