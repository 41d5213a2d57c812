"""Documents of Open311 (GeoReport v2): one tree of values, written as XML and as JSON, so that the two never disagree.

A tree is what the JSON says; the XML follows from it by the Spark convention: a list is an element whose children all
have the name of `ITEMS`, an absent value is an empty element. `read_xml` goes back, by the types of `TYPES`.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, tzinfo
from typing import Any
from xml.etree.ElementTree import Element, ParseError, SubElement, TreeBuilder, tostring  # noqa: S405 - written only
from xml.parsers import expat  # noqa: S407 - without entities, see `read_xml`

Tree = Any  # dict by name, list, or a value: text, number, truth, None

ITEMS = {
    "discovery": "",
    "endpoints": "endpoint",
    "formats": "format",
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "errors": "error",
}
FORMATS = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
DEEPEST, MOST_BYTES = 8, 20_000_000
# What XML 1.0 (2.2) cannot hold: no format of ours says it.
UNSPEAKABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Unreadable(ValueError):  # noqa: N818 - it says what the document is
    """A document or a value that is none."""


def text(said: Any) -> str | None:
    """Text as both formats can say it: without control characters, lines ended by LF; None for nothing."""
    words = UNSPEAKABLE.sub("", str(said).replace("\r\n", "\n").replace("\r", "\n"))
    return words or None


def write(root: str, tree: Tree, form: str) -> bytes:
    """The document, in "xml" or "json"."""
    clean = _clean(tree)
    if form == "json":
        return json.dumps(clean, ensure_ascii=False, allow_nan=False).encode()
    element = Element(root)
    _fill(element, clean)
    return (DECLARATION + tostring(element, encoding="unicode")).encode()


def _clean(tree: Tree) -> Tree:
    if isinstance(tree, Mapping):
        return {name: _clean(value) for name, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_clean(value) for value in tree]
    return text(tree) if isinstance(tree, str) else tree


def _fill(element: Element, tree: Tree) -> None:
    if isinstance(tree, Mapping):
        for name, value in tree.items():
            _fill(SubElement(element, name), value)
    elif isinstance(tree, list):
        for value in tree:
            _fill(SubElement(element, ITEMS[element.tag]), value)
    elif tree is not None:
        element.text = str(tree).lower() if isinstance(tree, bool) else str(tree)


def read_json(document: bytes) -> Tree:
    """A tree from JSON; Unreadable."""
    try:
        return json.loads(document)
    except (ValueError, RecursionError) as error:
        raise Unreadable(str(error)) from error


def read_xml(document: bytes) -> tuple[str, Tree]:
    """The name of the root and the tree; Unreadable. Entities, declarations of types and great depth are refused."""
    builder, depth = TreeBuilder(), [0]
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        depth[0] += 1
        if depth[0] > DEEPEST:
            raise Unreadable("The document is too deep.")
        builder.start(name.rpartition(":")[2], {})

    def end(name: str) -> None:
        depth[0] -= 1
        builder.end(name.rpartition(":")[2])

    def refuse(*_: Any) -> None:
        raise Unreadable("The document declares types.")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    try:
        parser.Parse(document[:MOST_BYTES], True)
        root = builder.close()
    except (expat.ExpatError, ParseError, AssertionError, ValueError) as error:
        raise Unreadable(str(error)) from error
    return root.tag, _tree(root, "")


def _tree(element: Element, parent: str) -> Tree:
    if ITEMS.get(element.tag):
        return [_tree(child, element.tag) for child in element]
    if len(element):
        return {child.tag: _tree(child, element.tag) for child in element}
    said = element.text
    kind = TYPES.get(f"{parent}/{element.tag}") or TYPES.get(element.tag)
    return kind(said) if kind and said else said or None


def _truth(said: str) -> bool:
    return said.strip().lower() == "true"


def _float(said: str) -> float:
    try:
        return float(said)
    except ValueError as error:
        raise Unreadable(f"{said!r} is no number.") from error


def _int(said: str) -> int:
    return int(_float(said))


TYPES: dict[str, Callable[[str], Any]] = {
    "metadata": _truth,
    "variable": _truth,
    "required": _truth,
    "order": _int,
    "error/code": _int,
    "lat": _float,
    "long": _float,
}

W3C = re.compile(r"\d{4}-\d\d-\d\d(?P<time>[Tt]\d\d:\d\d(:\d\d(\.\d+)?)?(?P<zone>[Zz]|[+-]\d\d:?\d\d)?)?")


def moment(said: str, here: tzinfo, *, end: bool = False) -> datetime:
    """A W3C date and time with its zone; a day alone is its first moment here (its last, where a span ends there).

    A "+" that came as a space is taken for what it was. Unreadable for anything else, as a time without a zone.
    """
    whole = said.strip()
    if re.search(r"\d \d\d:?\d\d$", whole):
        whole = "+".join(whole.rsplit(" ", 1))
    found = W3C.fullmatch(whole)
    if not found or (found["time"] and not found["zone"]):
        raise Unreadable("Write a W3C date and time with its zone, as 2026-11-05T08:15:30+08:00.")
    try:
        if not found["time"]:
            return datetime.combine(date.fromisoformat(whole), time.max if end else time.min, here)
        return datetime.fromisoformat(whole.upper())
    except ValueError as error:
        raise Unreadable(str(error)) from error


def listed(said: str) -> list[str]:
    """The parts of a list with commas, without spaces and empty ones, each once."""
    return list(dict.fromkeys(part for each in said.split(",") if (part := each.strip())))


def errors(*told: tuple[int, str]) -> Tree:
    """The tree of a refusal."""
    return [{"code": code, "description": words} for code, words in told]


def attributes(given: Iterable[tuple[str, Iterable[str]]]) -> dict[str, list[str]]:
    """What was posted as `attribute[code]` or `attribute[code][]`, by code; empty values are absent."""
    found: dict[str, list[str]] = {}
    for name, values in given:
        match = re.fullmatch(r"attribute\[([^\[\]]{1,120})\](\[\d{0,3}\])?", name)
        kept = [value.strip() for value in values if value.strip()]
        if match and kept:
            found.setdefault(match[1], []).extend(kept)
    return found
