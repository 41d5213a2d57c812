"""How keys of outside applications are kept."""

import hashlib


def key_hash(key: str) -> bytes:
    """SHA-256 of a key: it has 192 random bits, so nothing slower is needed."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
