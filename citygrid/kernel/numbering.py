"""Numbers without gaps: allocated last in a transaction, given back when it rolls back."""

from django.db import connection

TAKE = """
INSERT INTO kernel_series (key, last) VALUES (%s, %s)
ON CONFLICT (key) DO UPDATE SET last = kernel_series.last + EXCLUDED.last
RETURNING last
"""
RAISE = """
INSERT INTO kernel_series (key, last) VALUES (%s, %s)
ON CONFLICT (key) DO UPDATE SET last = GREATEST(kernel_series.last, EXCLUDED.last)
"""


def allocate(series: str, count: int = 1) -> int:
    """The first of `count` consecutive numbers of the series, from 1. Holds the series until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [series, count])
        return cursor.fetchone()[0] - count + 1


def raise_to(series: str, number: int) -> None:
    """Let the series go on after `number`, for numbers that were given elsewhere. A lower one changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(RAISE, [series, number])
