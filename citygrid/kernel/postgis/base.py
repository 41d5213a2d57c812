import select
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.gis.db.backends.postgis import base
from psycopg.pq import TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """A kept connection is looked at before each request, by its socket instead of by a query.

    To an idle session the server has nothing to say but farewell: where there is something to read, or the socket is
    closed, the connection is given up and made anew. (A setting reloaded meanwhile is read too: one connection more.)
    """

    def is_usable(self) -> bool:
        """Whether the server still holds the line, and would answer: not in a transaction that has failed."""
        line = self.connection
        if line is None or line.closed or line.info.transaction_status == TransactionStatus.INERROR:
            return False
        poll = select.poll()
        poll.register(line.fileno(), select.POLLIN | select.POLLHUP)
        return not poll.poll(0)

    @contextmanager
    def planned_anew(self) -> Iterator[None]:
        """What is asked inside is planned for its very values, and not prepared for any.

        A plan for any values costs nothing to make, but takes a wide area for a rare one, and a rare category for a
        common one: of a million cases, a list took 180 ms instead of 2.
        """
        self.ensure_connection()
        line = self.connection
        kept, line.prepare_threshold = line.prepare_threshold, None
        try:
            yield
        finally:
            line.prepare_threshold = kept
