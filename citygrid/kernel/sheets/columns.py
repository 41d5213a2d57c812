"""What a sheet is made of: columns, how the text of a cell is read, and what can be wrong with it.

Values are canonical text throughout ("2026-03-02", "2.5", "yes", "a;b"), so that rows can be compared, stored and
written back without loss. Modules turn them into their own types when they write.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from citygrid.kernel.errors import Words

SHOWN = 60  # characters of a wrong value that are shown

Values = dict[str, str]
Key = tuple[str, ...]

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
SEPARATORS = re.compile(r"[;；\n]")
DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
YES_NO: Mapping[str, Words] = {"yes": gettext_lazy("Yes"), "no": gettext_lazy("No")}


def yes_no(flag: bool) -> str:
    """A truth value as sheets hold it."""
    return "yes" if flag else "no"


def split(value: str) -> tuple[str, ...]:
    """The parts of a canonical value of several."""
    return tuple(part for part in value.split(";") if part)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell, and what stands there; with an empty column it is the row."""

    column: str
    code: str
    words: str
    value: str = ""


class Wrong(ValueError):  # noqa: N818 - the reason for one cell
    """A cell whose text cannot be used, with a stable code and words in the active language."""

    def __init__(self, code: str, words: Words, value: str = "") -> None:
        self.code, self.value = code, value
        super().__init__(str(words))


Parse = Callable[[str], str]


def one_line(text: str) -> str:
    """Any text without control characters or line breaks."""
    if "\n" in text or "\t" in text:
        raise Wrong("line_break", _("Line breaks and tabs are not allowed here."))
    return lines(text)


def lines(text: str) -> str:
    """Any text, also of several lines."""
    if CONTROLS.search(text):
        raise Wrong("control_character", _("It holds characters that cannot be shown."))
    return unicodedata.normalize("NFC", text)


def matching(pattern: str, words: Words) -> Parse:
    """Text of one form; full-width characters count as the plain ones. `words` say what form that is."""
    form = re.compile(pattern)

    def parse(text: str) -> str:
        plain = _plain(one_line(text))
        if plain and not form.fullmatch(plain):
            raise Wrong("wrong_form", words)
        return plain

    return parse


def day(text: str) -> str:
    """A date, year first, as 2026-03-02."""
    found = DAY.fullmatch(_plain(one_line(text)))
    if not text:
        return ""
    if not found:
        raise Wrong("not_a_date", _("This is not a date such as 2026-03-02."))
    try:
        return date(*map(int, found.groups())).isoformat()
    except ValueError as fault:
        raise Wrong("impossible_date", _("There is no such day.")) from fault


def number(*, least: Decimal, most: Decimal, decimals: int) -> Parse:
    """A number from `least` to `most` with so many decimals at most."""

    def parse(text: str) -> str:
        if not text:
            return ""
        try:
            value = Decimal(_plain(one_line(text)))
        except InvalidOperation as fault:
            raise Wrong("not_a_number", _("This is not a number.")) from fault
        if not value.is_finite() or not least <= value <= most:
            span = {"least": least, "most": most}
            raise Wrong("out_of_range", _("It must lie between %(least)s and %(most)s.") % span)
        if value != round(value, decimals):
            raise Wrong("too_precise", _("At most %(count)s decimals are kept.") % {"count": decimals})
        return shown_number(value)

    return parse


def shown_number(value: Decimal) -> str:
    """A number as sheets hold it: no exponent, no trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True)
class Column:
    """One column. `choices` (code to label) are what may be chosen; an open column also takes other text.

    `is_many`: several values, separated by semicolons. `is_info`: shown for reading, what a file says there is
    ignored. `default`: what a blank cell means. `max_length` counts characters of the whole cell. `also`: what a
    standard calls it, taken for its header too.
    """

    code: str
    label: Words
    help: Words = ""
    example: str = ""
    is_required: bool = False
    max_length: int = 200
    choices: Mapping[str, Words] | None = None
    is_open: bool = False
    is_many: bool = False
    is_info: bool = False
    default: str = ""
    parse: Parse = one_line
    also: str = ""

    def read(self, text: str) -> str:
        """The canonical value of a cell. Raises Wrong."""
        parse = lines if self.is_many else self.parse
        value = parse(text.strip())
        if not value:
            if self.is_required:
                raise Wrong("blank", _("A value is needed."))
            return ""
        if self.is_many:
            parts = [part.strip() for part in SEPARATORS.split(value)]
            value = ";".join(self._chosen(self.parse(part)) for part in parts if part)
        else:
            value = self._chosen(value)
        if len(value) > self.max_length:
            raise Wrong("too_long", _("It is longer than %(count)s characters.") % {"count": self.max_length})
        return value

    def shown(self, value: str) -> str:
        """A value as a file shows it: a code of a choice is followed by its label in the active language."""
        if not self.choices or self.is_many or value not in self.choices:
            return value
        label = str(self.choices[value])
        return value if label.casefold() in ("", value.casefold()) else f"{value} {label}"

    def _chosen(self, value: str) -> str:
        if self.choices is None or value in self.choices:
            return value
        meant = self._codes_by_words.get(_plain(value).casefold(), set())
        if len(meant) == 1:
            return next(iter(meant))
        if meant:
            several = {"codes": ", ".join(sorted(meant)[:5])}
            raise Wrong("ambiguous", _("Several have this name: use one of the codes %(codes)s.") % several)
        if self.is_open:
            return value
        raise Wrong("unknown_choice", _("“%(value)s” is not one of the choices.") % {"value": value[:SHOWN]})

    @cached_property
    def _codes_by_words(self) -> dict[str, set[str]]:
        """Codes by what may be written for them: the code in any case, its label, or both, in every language."""
        codes: dict[str, set[str]] = {}
        for language, _name in settings.LANGUAGES:
            with override(language):
                for code, label in (self.choices or {}).items():
                    for words in (code, str(label), self.shown(code)):
                        codes.setdefault(_plain(words).casefold(), set()).add(code)
        return codes


@dataclass(frozen=True)
class Sheet:
    """The columns of one kind of record, and those that tell its records apart."""

    code: str
    title: Words
    columns: tuple[Column, ...]
    key: Key

    def key_of(self, values: Mapping[str, str]) -> Key:
        return tuple(values[code] for code in self.key)

    def key_words(self, key: Sequence[str]) -> str:
        """A key in one line, for people."""
        return " · ".join(part for part in key if part) or "–"

    @cached_property
    def by_header(self) -> dict[str, Column]:
        """Columns by everything their header may be called: code, or label in any language."""
        found = {name.casefold(): column for column in self.columns for name in (column.code, column.also) if name}
        for language, _name in settings.LANGUAGES:
            with override(language):
                found |= {header_name(str(column.label)): column for column in self.columns}
        return found


@dataclass(slots=True)
class Row:
    """One row of a file: its number as spreadsheet programs count, its values, what is wrong with it.

    A cell that could not be read has the value "" and a fault; columns the file does not have (`given` are those it
    has) are not in `values` until they are filled in from the record as it stands.
    """

    number: int
    values: Values
    faults: list[Fault] = field(default_factory=list)
    given: frozenset[str] = frozenset()

    def fail(self, column: str, code: str, words: Words, value: str = "") -> None:
        """Say what is wrong with a cell; the first fault of a cell stands."""
        if not self.is_wrong(column):
            self.faults.append(Fault(column, code, str(words), (value or self.values.get(column, ""))[:SHOWN]))

    def is_wrong(self, column: str) -> bool:
        return any(fault.column == column for fault in self.faults)


def header_name(text: str) -> str:
    """A header as it is compared: case, spaces, width and the star of required columns do not count."""
    return "".join(_plain(text).split()).casefold().rstrip("*")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
