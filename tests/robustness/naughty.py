"""Strings that break things, made by code: of every Unicode category, of every language of injection."""

import sys
import unicodedata
from collections.abc import Iterator

INJECTIONS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "</textarea></title><svg/onload=alert(1)>",
    "' OR '1'='1' --",
    "1; DROP TABLE intake_report; --",
    "%' ESCAPE '",
    "\\'; SELECT pg_sleep(9) --",
    "{{ 7 * 7 }}{% debug %}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "%s%n%x%(name)s {0} {name!r}",
    "$(touch /tmp/x) `id` | cat /etc/passwd",
    "../../../../etc/passwd\\..\\..",
    '=HYPERLINK("http://evil.example")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\r\nSet-Cookie: a=b\r\n\r\n<html>",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "(?:a+)+$",
)
NUMBERS = (
    "NaN",
    "Infinity",
    "-Infinity",
    "1e309",
    "-1e309",
    "9" * 400,
    "0x10",
    "1_000",
    "１２３",
    "٣",
    "-0",
    "1e-400",
    "½",
)
DATES = (
    *("2026-02-30", "0000-00-00", "9999-12-31", "0001-01-01", "2026-13-01", "-2026-01-01", "10000-01-01", "2026-1-1"),
    *("2026-11-23T25:00:00Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+14:00", "today", "1", "٢٠٢٦-١١-٢٣"),
)
SHAPES = (
    "",
    " ",
    "\u3000\u2003\u200b",
    "\ufeff",
    "\u202e" + "gnp.exe",
    "\u2066\u2069\u200f\u061c",
    "Z" + "".join(chr(0x300 + n % 0x6F) for n in range(400)),
    "👩‍👩‍👧‍👦🏳️‍🌈🇨🇳" * 20,
    "\U000e0001\U000e0041" * 10,
    "𠮷𪚥㐂龘" * 10,
    "İıſßŉǰΐﬃ",
    "A\u030a\u0301" * 50,
    "\ufffe\uffff\U0010ffff",
    "\x01\x02\x07\x08\x0b\x0c\x1b[31m\x7f\x85",
    "\u2028\u2029\n\r\t",
    "长" * 5_001,
    "x" * 200_000,
)
NUL = ("\x00", "a\x00b", "\x00" * 300)


def of_every_category() -> Iterator[str]:
    """The first and last letters of each Unicode category that can be written as UTF-8, together."""
    found: dict[str, list[str]] = {}
    for code in range(1, sys.maxunicode + 1, 7):
        letter = chr(code)
        category = unicodedata.category(letter)
        if category != "Cs":
            found.setdefault(category, []).append(letter)
    for letters in found.values():
        yield "".join(letters[:8] + letters[-8:])


def strings() -> list[str]:
    """All of them."""
    return [*SHAPES, *NUL, *INJECTIONS, *NUMBERS, *DATES, *of_every_category()]
