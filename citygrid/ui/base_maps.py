"""Base maps below our own layers: sources of tiles by setting, asked by the server alone, so that no key leaves it."""

import logging
import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any
from urllib.error import HTTPError

import yaml

GRIDS = {"EPSG:3857": 1, "EPSG:4490": 2}  # how many times as many columns as rows
TYPES = ("image/png", "image/jpeg", "image/webp")
DEEPEST = 18
MOST_BYTES = 1 << 20
SECONDS = 4.0  # for a tile
REST_SECONDS = 30.0  # after a source did not answer, before it is asked again
AT_ONCE = 1 << 14  # bytes
GONE = (204, 404)  # there is no such tile, which is no fault of the source

log = logging.getLogger(__name__)


class Silent(Exception):  # noqa: N818 - an answer, not a fault of ours
    """The source does not answer as it should; it rests a while."""


@dataclass(frozen=True, slots=True)
class BaseMap:
    """A source of tiles. `url` holds {z}, {x}, {y} and, where it needs one, {key}; it is never shown."""

    name: str
    name_zh: str
    name_en: str
    url: str
    grid: str = "EPSG:3857"
    deepest: int = DEEPEST
    credit: str = ""

    def has(self, zoom: int, x: int, y: int) -> bool:
        """Whether the grid has this tile: rows from the north, columns from the west; EPSG:4490 begins at zoom 1."""
        columns = 2**zoom if 0 <= zoom <= self.deepest else 0
        return 0 <= x < columns and 0 <= y < columns // GRIDS[self.grid]


def load(path: str) -> dict[str, BaseMap]:
    """The base maps of a YAML file by name, in its order; none without a file."""
    rows = yaml.safe_load(Path(path).read_text(encoding="utf-8")) if path else []
    maps = [_read(row) for row in rows or []]
    return {one.name: one for one in maps}


def _read(row: Mapping[str, Any]) -> BaseMap:
    one = BaseMap(**row)
    is_address = one.url.startswith(("https://", "http://")) and all(f"{{{part}}}" in one.url for part in "zxy")
    if not one.name.replace("-", "").isalnum() or one.grid not in GRIDS or not is_address:
        raise ValueError(f"base map {one.name}: name, grid or url cannot be used")
    return one


class Source:
    """Asks one base map for tiles. One that is down is left alone for a while: nobody waits for it meanwhile."""

    def __init__(self, base: BaseMap, key: str) -> None:
        self.base, self.key = base, key
        self.lock, self.rests_until = Lock(), 0.0

    def tile(self, zoom: int, x: int, y: int) -> tuple[bytes, str] | None:
        """Bytes and media type of a tile, None where the source has none. Raises Silent."""
        self._begin()
        try:
            found = _asked(self.base.url.format(z=zoom, x=x, y=y, key=self.key))
        except (OSError, HTTPException, ValueError) as failure:
            # Only what kind it is: words of a failure may hold the address, and that the key.
            log.warning("base map %s does not answer: %s", self.base.name, type(failure).__name__)
            self.rests_until = monotonic() + REST_SECONDS
            raise Silent from None
        self.rests_until = 0.0
        return found

    def _begin(self) -> None:
        """After a rest one call tries, and the others are refused until it is known how it went."""
        with self.lock:
            now = monotonic()
            if now < self.rests_until:
                raise Silent
            if self.rests_until:
                self.rests_until = now + REST_SECONDS


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Where it leads nobody has checked: it is a failure (HTTPError)."""


_opener = urllib.request.build_opener(_NoRedirect, urllib.request.HTTPSHandler(context=ssl.create_default_context()))


def _asked(address: str) -> tuple[bytes, str] | None:
    request = urllib.request.Request(address, headers={"User-Agent": "CityGrid", "Accept": ", ".join(TYPES)})  # noqa: S310 - load() looked
    end = monotonic() + SECONDS
    try:
        with _opener.open(request, timeout=SECONDS) as answer:
            return None if answer.status in GONE else _read_image(answer, end)
    except HTTPError as refused:
        if refused.code in GONE:
            return None
        raise


def _read_image(answer: HTTPResponse, end: float) -> tuple[bytes, str]:
    kind = answer.headers.get_content_type()
    if kind not in TYPES:
        raise ValueError("no picture")
    found = bytearray()
    while some := answer.read1(AT_ONCE):
        found += some
        if len(found) > MOST_BYTES or monotonic() > end:
            raise ValueError("too much, or too slow")
    if answer.length:
        raise ValueError("cut off")
    return bytes(found), kind
