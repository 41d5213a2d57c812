"""What a template may say, and whether parameters fit it. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from types import MappingProxyType
from typing import Any

import yaml

# What a field holds: the same text for all readers, words in two languages ({"zh", "en"}), or an ISO moment or "".
TEXT, WORDS, TIME = "text", "words", "time"
KINDS = frozenset({TEXT, WORDS, TIME})
LONGEST = 200  # characters of one value
LANGUAGES = ("zh", "en")

ENDED_TWICE = re.compile(r"([。！？.!?])(?:。|\.(?=\s|$))")

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    """The wording of one kind of notice; `{name}` in a text stands for a field, and `fields` says of what kind."""

    code: str
    name_zh: str
    name_en: str
    text_zh: str
    text_en: str
    fields: Mapping[str, str]


def parse_templates(text: str) -> Mapping[str, Template]:
    """Templates by code, from YAML `fields: {name: kind}` and `templates: {code: {name: {zh, en}, text: {zh, en}}}`.

    ValueError names everything that is wrong: a text is missing, a field is not declared or of no known kind.
    """
    document = yaml.safe_load(text)
    kinds = document["fields"]
    faults = [f"field {name} is of no known kind" for name, kind in kinds.items() if kind not in KINDS]
    templates = {}
    for code, entry in document["templates"].items():
        told = {f"{part}_{of}": str(entry.get(part, {}).get(of, "")) for part in ("name", "text") for of in LANGUAGES}
        used = fields_of(told.values())
        faults += [f"{code}: {name} is missing" for name, words in told.items() if not words.strip()]
        faults += [f"{code}: {{{name}}} is not declared" for name in sorted(used - kinds.keys())]
        templates[code] = Template(code=code, fields={name: kinds.get(name, "") for name in sorted(used)}, **told)
    if faults:
        raise ValueError("; ".join(faults))
    return MappingProxyType(templates)


def fields_of(texts: Iterable[str]) -> set[str]:
    """The fields that texts name. ValueError for anything but `{name}`: no attributes, indices or formats."""
    found = set()
    for text in texts:
        for _, name, form, conversion in Formatter().parse(text):
            if name is None:
                continue
            if not name.isidentifier() or form or conversion:
                raise ValueError(f"{{{name}}} is not a plain name")
            found.add(name)
    return found


def fitted(template: Template, params: Params) -> dict[str, Any]:
    """The parameters the template uses, texts cut to 200 characters. ValueError names what is missing or unfit."""
    faults = [f"{name} is no {kind}" for name, kind in template.fields.items() if not FITS[kind](params.get(name))]
    if faults:
        raise ValueError(f"{template.code}: {'; '.join(faults)}")
    return {name: _cut(params[name]) for name in template.fields}


def worded(text: str, values: Mapping[str, Any]) -> str:
    """A text with its values; a reason that ends with a full stop of its own gets no second one."""
    return ENDED_TWICE.sub(r"\1", text.format_map(values))


def _cut(value: Any) -> Any:
    return {of: value[of][:LONGEST] for of in LANGUAGES} if isinstance(value, dict) else str(value)[:LONGEST]


def _is_text(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _is_words(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(of), str) for of in LANGUAGES)


def _is_time(value: Any) -> bool:
    try:
        return value == "" or datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


FITS = {TEXT: _is_text, WORDS: _is_words, TIME: _is_time}
