"""Encryption of single fields, and blind indexes to find a value without storing it in clear."""

import hashlib
import hmac
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@cache
def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])  # the first encrypts, the others still decrypt


class EncryptedTextField(models.TextField):
    """Text that is encrypted in the database (Fernet: AES-128-CBC with HMAC-SHA256). It cannot be searched."""

    def db_type(self, connection: Any) -> str:
        return "bytea"

    def get_prep_value(self, value: Any) -> bytes | None:
        return None if value is None else _cipher().encrypt(str(value).encode())

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        return None if value is None else _cipher().decrypt(bytes(value)).decode()

    def value_to_string(self, obj: models.Model) -> str:
        return ""  # never in a dump


def blind_index(value: str) -> str:
    """A keyed hash (HMAC-SHA256, hex) by which equal values find each other; case and spaces do not count."""
    key = hashlib.sha256(b"blind-index" + settings.FIELD_KEYS[-1].encode()).digest()
    return hmac.new(key, "".join(value.split()).lower().encode(), hashlib.sha256).hexdigest()
