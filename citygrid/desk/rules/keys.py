"""One key for each action: mostly the same everywhere, and never one key for two actions on a page."""

from collections.abc import Iterable, Mapping
from string import ascii_lowercase

MOVES = {"next": "j", "previous": "k", "select": "x"}  # about in a list
PRESSES = {"undo": "z", "news": "m"}  # what stands beside a list, whatever is selected in it
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
    "give_work": "w",
    "finish_work": "r",
    "take_back_work": "b",
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
ALWAYS = MOVES | PRESSES


class Keys:
    """The letters of one person: those chosen, by the code of what they do, and the usual ones of all the rest."""

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        self.own = own or {}
        self.always = {code: self.own.get(code, letter) for code, letter in ALWAYS.items()}
        self.letters = [letter for letter in ascii_lowercase if letter not in self.always.values()]

    @property
    def report(self) -> dict[str, str]:
        """What is done with a report."""
        return self._given({code: self.own.get(code, letter) for code, letter in REPORT.items()})

    def of_steps(self, actions: Iterable[tuple[str, str]]) -> dict[str, str]:
        """A letter for each step, given as (code, phase)."""
        return self._given({code: self._wanted(code, phase) for code, phase in actions})

    def _wanted(self, code: str, phase: str) -> str:
        if phase in ANSWERS:
            return self.own.get(phase, ANSWERS[phase])
        return self.own.get(code) or USUAL.get(code) or code[0]

    def _given(self, wanted: Mapping[str, str]) -> dict[str, str]:
        """The first of two that want the same letter has it; the other takes one of its name, or any that is free."""
        given: dict[str, str] = {}
        for code, letter in wanted.items():
            free = (each for each in (letter, *code, *self.letters) if each in self.letters)
            given[code] = next((each for each in free if each not in given.values()), "")
        return given


def unfit(letters: Mapping[str, str]) -> set[str]:
    """The codes whose letters cannot be: no letter at all, or that of a key which must always work."""
    always = {code: letters.get(code, letter) for code, letter in ALWAYS.items()}
    taken = list(always.values())
    doubled = {code for code, letter in always.items() if taken.count(letter) > 1}
    hidden = {code for code, letter in letters.items() if code not in ALWAYS and letter in taken}
    strange = {code for code, letter in letters.items() if len(letter) != 1 or letter not in ascii_lowercase}
    return doubled | hidden | strange
