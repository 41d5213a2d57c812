import select

from django.contrib.gis.db.backends.postgis import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A kept connection is looked at before each request, by its socket instead of by a query.

    To an idle session the server has nothing to say but farewell: where there is something to read, or the socket is
    closed, the connection is given up and made anew. (A setting reloaded meanwhile is read too: one connection more.)
    """

    def is_usable(self) -> bool:
        """Whether the server still holds the line."""
        line = self.connection
        if line is None or line.closed:
            return False
        poll = select.poll()
        poll.register(line.fileno(), select.POLLIN | select.POLLHUP)
        return not poll.poll(0)
