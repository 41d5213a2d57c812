"""One key for each action: mostly the same everywhere, and never one key for two actions on a page."""

from collections.abc import Iterable

LETTERS = "abcdefghilnopqrstuvwy"  # j, k, x and z move about in a list, m brings what is new
USUAL = {
    "accept": "a",
    "self_dispose": "s",
    "send_to_verify": "v",
    "report_verification": "v",
    "reassign": "i",
    "file": "f",
    "void": "o",
    "bundle": "b",
    "unbundle": "u",
    "correct": "c",
    "correct_filed": "c",
    "dispatch": "d",
    "take": "t",
    "reply": "r",
    "return": "n",
    "send_back_to_file": "n",
    "extend": "e",
    "hang": "h",
    "resume": "h",
    "send_to_check": "s",
    "pass_check": "p",
    "fail_check": "n",
    "rework": "w",
    "close": "l",
    "reopen": "o",
    "oversee": "g",
    "answer_oversight": "g",
}
REPORT = {"accept": "a", "join": "b", "refuse": "n", "correct": "c", "address": "p"}  # what is done with a report
ANSWERS = {"approve": "y", "decline": "n"}  # of a request, whatever was asked


def keys_for(actions: Iterable[tuple[str, str]]) -> dict[str, str]:
    """A letter for each action, given as (code, phase); the first of two that want the same one has it."""
    given: dict[str, str] = {}
    for code, phase in actions:
        wanted = ANSWERS.get(phase) or USUAL.get(code) or code[0]
        free = (letter for letter in (wanted, *code, *LETTERS) if letter in LETTERS and letter not in given.values())
        given[code] = next(free, "")
    return given
