"""Limits on what nobody signs in for, and work that lets the honest past them.

A subject (an address, a key) is counted in windows that begin at whole multiples of their length. What is kept of it
is a hash whose key changes with the day (UTC) on which the window ends: nobody is recognised the day after.
"""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from itertools import count as numbers
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from citygrid.kernel.errors import TooOften
from citygrid.kernel.models import LimitWindow

HOUR, DAY = 3_600, 86_400
BITS = 17  # zero bits a proof begins with: 131,072 hashes on average, about a second in a browser
SOLVABLE = timedelta(minutes=10)
SOLVED = "solved/"  # the windows in which each challenge is counted once
LONGEST_ANSWER = 40

UPSERT = """
INSERT INTO kernel_limitwindow AS held (name, subject, closes_at, count) VALUES (%s, %s, %s, 1)
ON CONFLICT (name, subject, closes_at) DO UPDATE SET count = held.count + 1 RETURNING count
"""


class Taken(NamedTuple):
    """What is left of a limit (below 0: it is passed), and in how many seconds its next window begins."""

    left: int
    retry_after: int

    @property
    def is_over(self) -> bool:
        return self.left < 0


def count(name: str, subject: str, *, most: int, seconds: int, now: datetime) -> Taken:
    """Note that a subject did something; what is left of `most` in this window of `seconds` (a day at most).

    One statement. Call it outside the transaction of the change: a rollback would give the count back.
    """
    closes = (int(now.timestamp()) // seconds + 1) * seconds
    taken = _note(name, subject, datetime.fromtimestamp(closes, UTC))
    return Taken(most - taken, max(1, closes - int(now.timestamp())))


def require(name: str, subject: str, *, most: int, seconds: int, now: datetime, proof: str = "") -> Taken:
    """Count, and refuse what is past the limit (TooOften, 429, with a challenge) unless `proof` solves one."""
    taken = count(name, subject, most=most, seconds=seconds, now=now)
    if taken.is_over and not solved(name, subject, proof, now=now):
        raise TooOften(challenge=challenge(name, subject, now=now), retry_after=taken.retry_after)
    return taken


def challenge(name: str, subject: str, *, now: datetime) -> str:
    """Work for a subject that is past a limit: "bits.until.salt.signature", to be solved within `SOLVABLE`."""
    until = int((now + SOLVABLE).timestamp())
    given = f"{BITS}.{until}.{secrets.token_hex(8)}"
    return f"{given}.{_signature(name, subject, given, until)}"


def solve(given: str) -> str:
    """The proof for a challenge: it, a dot, and the first number with which the SHA-256 has the zero bits in front."""
    bits = int(given.partition(".")[0])
    return next(proof for number in numbers() if _zero_bits(proof := f"{given}.{number}") >= bits)


def solved(name: str, subject: str, proof: str, *, now: datetime) -> bool:
    """Whether this proves work for a challenge of this limit and subject, in time and for the first time."""
    parts = proof.split(".")
    if len(parts) != 5 or len(parts[4]) > LONGEST_ANSWER or not proof.isascii() or not parts[1].isdecimal():
        return False
    given, until = ".".join(parts[:3]), int(parts[1][:12])
    is_ours = hmac.compare_digest(_signature(name, subject, given, until), parts[3])
    if not is_ours or until < now.timestamp() or _zero_bits(proof) < int(parts[0]):
        return False
    return _note(SOLVED + name, ".".join(parts[:4]), datetime.fromtimestamp(until, UTC)) == 1


def forget(*, now: datetime) -> int:
    """Drop the windows that are over; how many those were."""
    return LimitWindow.objects.filter(closes_at__lt=now).delete()[0]


def _note(name: str, subject: str, closes_at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, [name, _digest(f"{name}\n{subject}", closes_at.timestamp()), closes_at])
        return int(cursor.fetchone()[0])


def _digest(text: str, at: float) -> bytes:
    """A keyed hash (HMAC-SHA256); the key is another one each day."""
    key = hashlib.sha256(f"limits/{int(at) // DAY}/{settings.FIELD_KEYS[-1]}".encode()).digest()
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def _signature(name: str, subject: str, given: str, until: int) -> str:
    return _digest(f"challenge\n{name}\n{subject}\n{given}", until).hex()[:32]


def _zero_bits(proof: str) -> int:
    return 256 - int.from_bytes(hashlib.sha256(proof.encode()).digest()).bit_length()
