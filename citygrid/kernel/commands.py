"""What `manage.py` says when something is refused: one line, in the language of the shell."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.utils.translation import override

from citygrid.kernel.errors import Refusal


@contextmanager
def refusals_told() -> Iterator[None]:
    """A refusal ends the program with its words; a fault of ours still shows where it happened."""
    try:
        yield
    except Refusal as refusal:
        with override(language_of(os.environ)):
            sys.exit(f"{refusal} {refusal.advice}".strip())


def language_of(environment: Mapping[str, str]) -> str:
    """Chinese in a Chinese shell, English in any other."""
    told = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "zh-hans" if told.startswith("zh") else "en"
