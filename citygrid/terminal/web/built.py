"""What Vite built of the terminal: the files a phone must hold to start without a network, and their version."""

import json
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from django.conf import settings
from django.templatetags.static import static

ENTRY, WORKER = "terminal/main.ts", "terminal/worker.ts"
OTHERS = ("dist/icons.svg", "terminal/icon-192.png")


def files() -> list[str]:
    """The addresses of all that the page loads, at once or later, in a fixed order."""
    names = [f"dist/{name}" for name in _built(_manifest_path())]
    return [static(name) for name in (*names, *OTHERS)]


def worker_source() -> str:
    """The script of the service worker, which imports nothing."""
    path = _manifest_path()
    return (path.parent / _manifest(path)[WORKER]["file"]).read_text()


def version(*parts: str) -> str:
    """A short name of these files and of the parts beside them: it changes when any of them does."""
    return blake2b("\n".join((*files(), worker_source(), *parts)).encode(), digest_size=6).hexdigest()


def _manifest_path() -> Path:
    return Path(str(settings.DJANGO_VITE["default"]["manifest_path"]))


@cache
def _manifest(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


@cache
def _built(path: Path) -> tuple[str, ...]:
    """The files of the entry and of all chunks it may import."""
    manifest, seen, waiting = _manifest(path), {}, [ENTRY]
    while waiting:
        chunk = waiting.pop()
        if chunk not in seen:
            seen[chunk] = manifest[chunk]
            waiting += [*seen[chunk].get("imports", ()), *seen[chunk].get("dynamicImports", ())]
    found = {name for one in seen.values() for name in (one["file"], *one.get("css", ()), *one.get("assets", ()))}
    return tuple(sorted(found))
