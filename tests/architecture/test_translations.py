"""Every string a person may read has a Chinese translation, one and the same everywhere."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

from tools.source import PACKAGE, modules, parsed, product_files, tracked

FUNCTIONS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LETTERS = re.compile(r"[A-Za-z]{2}")
NAMES = {"CityGrid", "English", "GeoJSON", "JSON", "CSV"}  # the same in both languages
Message = tuple[str, str]  # context ("" for none) and msgid


def called(tree: ast.AST) -> Iterator[tuple[int, Message | None]]:
    """Line and message of every translation in Python; None where the text is not a literal and cannot be found."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
            words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            wanted = 2 if node.func.id.startswith("pgettext") else 1
            if len(words) < wanted:
                yield node.lineno, None
            else:
                yield node.lineno, (words[0], words[1]) if wanted == 2 else ("", words[0])


def written(source: str) -> set[Message]:
    """Messages of a template, by Django's own reading of it and xgettext's of that."""
    command = ["xgettext", "--language=Python", "--from-code=UTF-8", "--no-location", "--output=-", "-"]
    keywords = ["--keyword=gettext_noop", "--keyword=pgettext:1c,2", "--keyword=npgettext:1c,2,3"]
    done = subprocess.run([*command, *keywords], input=templatize(source), capture_output=True, text=True, check=True)
    return {message for message, _ in entries(done.stdout) if message[1]}


def entries(po: str) -> list[tuple[Message, list[str]]]:
    """Messages of a .po text with their translations (several for plurals); fuzzy and obsolete ones left out."""
    found = []
    for block in po.split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        if any(line.startswith("#,") and "fuzzy" in line for line in block.splitlines()) or not lines:
            continue
        fields: dict[str, str] = {}
        for line in lines:
            if key := re.match(r'(msg\w+(?:\[\d\])?) (".*")', line):
                last = key[1]
                fields[last] = ast.literal_eval(key[2])
            else:
                fields[last] += ast.literal_eval(line)
        message = (fields.get("msgctxt", ""), fields["msgid"])
        found.append((message, [text for name, text in fields.items() if name.startswith("msgstr")]))
    return found


@cache
def catalogues() -> dict[Path, dict[Message, list[str]]]:
    """The Chinese catalogue of every module."""
    return {path: dict(entries(path.read_text())) for path in PACKAGE.glob("*/locale/zh_Hans/LC_MESSAGES/django.po")}


def translated() -> set[Message]:
    """What some module translates: Django looks into the catalogues of all."""
    return {message for known in catalogues().values() for message, texts in known.items() if all(texts)}


def messages_of(module: str) -> Iterator[tuple[str, Message]]:
    """Every message of a module and where it stands."""
    for path in product_files():
        if path.is_relative_to(PACKAGE / module):
            for line, message in called(parsed(path)):
                assert message, f"{path}:{line}: what is to be translated must be a literal"
                yield f"{path.relative_to(PACKAGE)}:{line}", message
    for path in tracked():
        if path.is_relative_to(PACKAGE / module) and "templates" in path.parts and path.suffix in (".html", ".txt"):
            for message in written(path.read_text()):
                yield str(path.relative_to(PACKAGE)), message


@pytest.mark.parametrize("module", modules())
def test_every_string_of_the_module_is_translated(module: str) -> None:
    known = translated()
    missing = {f"{where}: {message[1]!r}" for where, message in messages_of(module) if message not in known}
    assert sorted(missing) == []


def test_no_message_has_two_translations() -> None:
    seen: dict[Message, dict[str, str]] = {}
    for path, known in catalogues().items():
        for message, texts in known.items():
            if message[1] and any(texts):
                seen.setdefault(message, {})[path.relative_to(PACKAGE).parts[0]] = "/".join(texts)
    assert {message: texts for message, texts in seen.items() if len(set(texts.values())) > 1} == {}


def test_translations_are_chinese() -> None:
    plain = re.compile(r"%\(\w+\)[sd]|%[sd]|[{<][^}>]*[}>]")
    english = [
        (str(path.relative_to(PACKAGE)), text)
        for path, known in catalogues().items()
        for (_, msgid), texts in known.items()
        for text in texts
        if msgid and LETTERS.search(plain.sub("", text)) and not CHINESE.search(text) and text not in NAMES
    ]
    assert english == []


def test_translations_name_the_same_parameters() -> None:
    names = re.compile(r"%\((\w+)\)")
    differing = [
        (str(path.relative_to(PACKAGE)), msgid)
        for path, known in catalogues().items()
        for (_, msgid), texts in known.items()
        for text in texts
        if msgid and text and set(names.findall(text)) != set(names.findall(msgid))
    ]
    assert differing == []


def test_untranslated_strings_are_found_in_code_and_templates() -> None:
    code = ast.parse('_("one " "two"); f"{gettext(\'three\')}"; pgettext("state", "four"); _(name)')
    assert {message for _, message in called(code)} == {("", "one two"), ("", "three"), ("state", "four"), None}
    template = (
        "{% load i18n %}{% translate 'one' %}{% blocktranslate %}two {{ n }}{% endblocktranslate %}{{ _('three') }}"
    )
    assert written(template) == {("", "one"), ("", "two %(n)s"), ("", "three")}
    assert entries('#, fuzzy\nmsgid "a"\nmsgstr "b"\n\nmsgid ""\n"a b"\nmsgstr "c"\n') == [(("", "a b"), ["c"])]
