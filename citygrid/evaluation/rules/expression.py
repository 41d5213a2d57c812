"""The formulas of indicators: sums of facts, each counted where others hold or do not.

    sum  = term {("+" | "-") term}
    term = factor {"and" factor}
    factor = ["not"] fact

"due and not handled" counts the rows that are due and were not handled. Nothing else can be said: a formula from a
file is data, and is never run as a program.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from citygrid.evaluation.errors import FormulaInvalid
from citygrid.evaluation.rules.facts import FACTS


@dataclass(frozen=True)
class Term:
    """Rows of which every fact of `with_` holds and none of `without`, counted `sign` (1 or -1) times."""

    sign: int
    with_: tuple[str, ...]
    without: tuple[str, ...]

    def of(self, facts: Mapping[str, int]) -> int:
        """What a row with these facts adds: -1, 0 or 1."""
        holds = all(facts[name] for name in self.with_) and not any(facts[name] for name in self.without)
        return self.sign * holds


def parse(text: str) -> tuple[Term, ...]:
    """The terms of a formula; FormulaInvalid where it is none."""
    signed = text.replace("+", " + ").replace("-", " - ").split()
    terms, sign, words = list[Term](), 1, list[str]()
    for word in [*signed, "+"]:
        if word not in ("+", "-"):
            words.append(word)
            continue
        terms.append(_term(text, sign, " ".join(words)))
        sign, words = (1 if word == "+" else -1), []
    return tuple(terms)


def value(terms: tuple[Term, ...], facts: Mapping[str, int]) -> int:
    """What one row adds to the sum."""
    return sum(term.of(facts) for term in terms)


def _term(text: str, sign: int, words: str) -> Term:
    factors = [factor.split() for factor in words.split(" and ")]
    for factor in factors:
        if not factor or factor[-1] not in FACTS or factor[:-1] not in ([], ["not"]):
            raise FormulaInvalid(formula=text, word=" ".join(factor))
    held = tuple(factor[0] for factor in factors if len(factor) == 1)
    return Term(sign, held, tuple(factor[1] for factor in factors if len(factor) == 2))
