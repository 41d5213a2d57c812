"""What was wrong with a report, judged by what was done with it. Pure.

A *matter* is what a report or a case is about: {"category", "area", "location", "address"}, as steps record it.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from citygrid.intake.choices import Flaw

Matter = Mapping[str, Any]
Judged = Mapping[Flaw, bool]  # what a step says of a flaw: it is one, or it is none; of the others it says nothing
NOTHING_JUDGED: Judged = MappingProxyType({})


def judge_matter(said: Matter, right: Matter) -> dict[Flaw, bool]:
    """What is wrong with what was said, of that which is known to be right now.

    Nothing is wrong with what was not said: a category that is added, a position inside the area that was named.
    """
    judged = {}
    if "category" in right:
        judged[Flaw.WRONG_CATEGORY] = bool(said["category"]) and said["category"] != right["category"]
    if "location" in right or "area" in right:
        judged[Flaw.WRONG_PLACE] = _is_elsewhere(said, {**said, **right})
    return judged


def _is_elsewhere(said: Matter, right: Matter) -> bool:
    if said["location"]:
        return bool(right["location"] != said["location"])
    return not right["area"].startswith(said["area"])


def standing(before: Collection[str], judged: Judged) -> list[str]:
    """The flaws after a step: those before it, as it judged them anew."""
    return [str(flaw) for flaw in Flaw if judged.get(flaw, flaw in before)]


def found_between(before: Collection[str], after: Collection[str]) -> tuple[Flaw, ...]:
    """The flaws that a step found: they stand after it and did not before."""
    return tuple(flaw for flaw in Flaw if flaw in after and flaw not in before)
