"""What of an address makes a view of a list."""

from urllib.parse import parse_qsl, urlencode

LONGEST_NAME, LONGEST_QUERY = 60, 1_000
PASSING = ("page", "open")  # where one is in a list, not what it is narrowed to


def lasting(query: str) -> str:
    """A query string without the place in the list, and without what is left empty."""
    return urlencode([(name, value) for name, value in parse_qsl(query) if name not in PASSING])
