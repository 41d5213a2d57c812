"""Identifiers: time-ordered UUIDs for rows, random words for receipts."""

import os
import secrets
import time
from uuid import UUID

RECEIPT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # nothing that is misread aloud or on paper
RECEIPT_LENGTH = 12


def uuid7() -> UUID:
    """A UUID of version 7 (RFC 9562, 5.7): 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10))
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)


def receipt_code() -> str:
    """A receipt that cannot be guessed: 12 characters, 58 bits, as "XXXX-XXXX-XXXX"."""
    letters = "".join(secrets.choice(RECEIPT_ALPHABET) for _ in range(RECEIPT_LENGTH))
    return "-".join(letters[i : i + 4] for i in range(0, RECEIPT_LENGTH, 4))
