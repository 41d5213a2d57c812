"""Registries: how an upper module plugs into a lower one without an import."""

from collections.abc import Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """Implementations by key. A key is registered once; an unknown one is named in the error."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._entries: dict[str, T] = {}

    def register(self, key: str, implementation: T) -> T:
        if key in self._entries:
            raise ValueError(f"{self.name}: {key!r} is registered already.")
        self._entries[key] = implementation
        return implementation

    def get(self, key: str) -> T:
        try:
            return self._entries[key]
        except KeyError:
            known = ", ".join(sorted(self._entries)) or "none"
            raise LookupError(f"{self.name}: {key!r} is not registered (known: {known}).") from None

    def all(self) -> Mapping[str, T]:
        return dict(self._entries)
