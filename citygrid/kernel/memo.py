"""What seldom changes, kept a moment in each process: names, outlines, choices of a form. Never who may do what."""

from collections.abc import Callable, Hashable
from functools import wraps
from time import monotonic
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.utils.translation import get_language

P = ParamSpec("P")
R = TypeVar("R")
MOST = 1_000  # results of one function

_kept: list[dict[Hashable, tuple[float, object]]] = []


def kept_a_moment(read: Callable[P, R]) -> Callable[P, R]:
    """Let a function of hashable arguments answer from memory for `settings.KEPT_SECONDS`, in each language apart.

    What it returns is shared: nobody may change it.
    """
    answers: dict[Hashable, tuple[float, R]] = {}
    _kept.append(answers)  # type: ignore[arg-type]

    @wraps(read)
    def remembered(*args: P.args, **kwargs: P.kwargs) -> R:
        key, now = (args, tuple(kwargs.items()), get_language()), monotonic()
        found = answers.get(key)
        if found and now < found[0]:
            return found[1]
        answer = read(*args, **kwargs)
        if len(answers) >= MOST:
            answers.clear()
        answers[key] = (now + settings.KEPT_SECONDS, answer)
        return answer

    return remembered


def forget() -> None:
    """Read everything anew."""
    for answers in _kept:
        answers.clear()
