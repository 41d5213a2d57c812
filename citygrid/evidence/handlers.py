"""A live stream owns the film that it became."""

from citygrid.evidence import queries
from citygrid.evidence.registry import owners

owners.register(queries.STREAM_OWNER, queries.stream_as_seen)
