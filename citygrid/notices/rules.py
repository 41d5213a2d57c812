"""What a template may say, and whether parameters fit it. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from string import Formatter
from types import MappingProxyType
from typing import Any, NamedTuple

import yaml

# What a field holds: the same text for all readers, words in two languages ({"zh", "en"}), or an ISO moment or "".
TEXT, WORDS, TIME = "text", "words", "time"
KINDS = frozenset({TEXT, WORDS, TIME})
LONGEST = 200  # characters of one value
LONGEST_NAME, LONGEST_TEXT = 60, 500  # characters of a template
LANGUAGES = ("zh", "en")

# What can be wrong with the wording of a template.
MISSING, LONG, BROKEN, UNKNOWN, NEEDED, ONE_SIDED = "missing", "long", "broken", "unknown", "needed", "one_sided"

ENDED_TWICE = re.compile(r"([。！？.!?])(?:。|\.(?=\s|$))")

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a template; `{name}` in a text stands for a field, names hold none."""

    name_zh: str
    name_en: str
    text_zh: str
    text_en: str


@dataclass(frozen=True, slots=True)
class Field:
    """What a text may name: its kind, how it is called in both languages, and a value to show it by."""

    kind: str
    zh: str
    en: str
    sample: Any


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of notice: the words that ship, the fields its sender gives, and the one each text must name."""

    code: str
    words: Wording
    fields: Mapping[str, Field]
    key: str


class Fault(NamedTuple):
    """What is wrong (a word above) with which part of the words, and with which field there."""

    what: str
    part: str
    field: str = ""

    def __str__(self) -> str:
        return f"{self.part}: {self.what} {self.field}".rstrip()


def parse_templates(text: str) -> Mapping[str, Template]:
    """Templates by code, from the YAML of data/notices/templates.yaml.

    ValueError names everything that is wrong: a field of no known kind or whose sample is of another, and the faults
    of the words.
    """
    document = yaml.safe_load(text)
    known = {name: Field(**entry) for name, entry in document["fields"].items()}
    problems = [f"field {name} is of no known kind" for name, field in known.items() if field.kind not in KINDS]
    problems += [f"field {name}: unfit sample" for name, field in known.items() if not _fits(field, field.sample)]
    found = {code: _template(code, entry, document, known) for code, entry in document["templates"].items()}
    problems += [f"{code}: {fault}" for code, each in found.items() for fault in faults_of(each.words, each)]
    if problems:
        raise ValueError("; ".join(problems))
    return MappingProxyType(found)


def _template(
    code: str, entry: Mapping[str, Any], document: Mapping[str, Any], known: Mapping[str, Field]
) -> Template:
    subject = document["subjects"][entry["about"]]
    told = {f"{part}_{of}": str(entry.get(part, {}).get(of, "")) for part in ("name", "text") for of in LANGUAGES}
    given = {name: known[name] for name in subject["fields"]}
    return Template(code=code, words=Wording(**told), fields=MappingProxyType(given), key=subject["key"])


def faults_of(words: Wording, template: Template) -> list[Fault]:
    """Everything that keeps these words from being those of the template."""
    faults = [fault for each in fields(words) for fault in _faults_of_part(each.name, getattr(words, each.name))]
    if faults:
        return faults
    zh, en = fields_of(words.text_zh), fields_of(words.text_en)
    for part, named, other in (("text_zh", zh, en), ("text_en", en, zh)):
        faults += [Fault(UNKNOWN, part, name) for name in sorted(named - template.fields.keys())]
        faults += [Fault(NEEDED, part, template.key)] if template.key not in named else []
        faults += [Fault(ONE_SIDED, part, name) for name in sorted(other - named - {template.key})]
    return faults


def _faults_of_part(part: str, text: str) -> Iterator[Fault]:
    is_name = part.startswith("name")
    if not text.strip():
        yield Fault(MISSING, part)
    if len(text) > (LONGEST_NAME if is_name else LONGEST_TEXT):
        yield Fault(LONG, part)
    try:
        named = fields_of(text)
    except ValueError:
        yield Fault(BROKEN, part)
    else:
        yield from (Fault(UNKNOWN, part, name) for name in sorted(named) if is_name)


def fields_of(text: str) -> set[str]:
    """The fields that a text names. ValueError for anything but `{name}`: no attributes, indices or formats."""
    found = set()
    for _, name, form, conversion in Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise ValueError(f"{{{name}}} is not a plain name")
        found.add(name)
    return found


def fitted(template: Template, params: Params) -> dict[str, Any]:
    """The parameters of the template's fields, texts cut to 200 characters. ValueError names what is missing or unfit.

    All its fields are kept, not only those its words name today.
    """
    known = template.fields.items()
    if faults := [f"{name} is no {field.kind}" for name, field in known if not _fits(field, params.get(name))]:
        raise ValueError(f"{template.code}: {'; '.join(faults)}")
    return {name: _cut(params[name]) for name, _ in known}


def worded(text: str, values: Mapping[str, Any]) -> str:
    """A text with its values; a reason that ends with a full stop of its own gets no second one."""
    return ENDED_TWICE.sub(r"\1", text.format_map(values))


def _cut(value: Any) -> Any:
    return {of: value[of][:LONGEST] for of in LANGUAGES} if isinstance(value, dict) else str(value)[:LONGEST]


def _fits(field: Field, value: Any) -> bool:
    return field.kind not in FITS or FITS[field.kind](value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _is_words(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(of), str) for of in LANGUAGES)


def _is_time(value: Any) -> bool:
    try:
        return value == "" or datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


FITS: Mapping[str, Callable[[Any], bool]] = {TEXT: _is_text, WORDS: _is_words, TIME: _is_time}
