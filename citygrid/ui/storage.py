"""Static files as the web process serves them: compressed, under names that change with their content."""

import re
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

BUILT = "dist/assets/"  # what Vite built
HASHED = re.compile(r"\.[0-9a-f]{12}\.[^/]+$")  # the names of Django's manifest


class StaticStorage(CompressedManifestStaticFilesStorage):
    """The names of what Vite built hold a hash already, and its chunks import one another by them.

    Under a second name a module would be loaded twice, and all it does to a page be done twice.
    """

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        if name.startswith(BUILT):
            return name
        hashed: str = super().hashed_name(name, content, filename)
        return hashed


def is_immutable(path: str, url: str) -> bool:
    """Whether a file may be kept for ever: its name would change with its content."""
    return f"/{BUILT}" in url or bool(HASHED.search(url))
