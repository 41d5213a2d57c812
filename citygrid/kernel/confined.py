"""A program of ours that reads what a stranger sent, in a process of its own: its crash is an answer, no accident.

The program bounds its memory, processor time and files by itself, from its arguments, before it looks at anything. It
leaves what it found as JSON in the file `result` of its folder.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ISOLATED = ("-I",)  # neither the folder of the program nor packages of a user
COSTLY = (-signal.SIGXCPU, -signal.SIGKILL)  # exit statuses of what was ended at a bound


class NoTimeError(RuntimeError):
    """The machine gave the program no time: this says nothing about what was sent, and may be tried again."""


def run(
    program: Path,
    folder: Path,
    *arguments: object,
    seconds: int,
    flags: Sequence[str] = ISOLATED,
    environment: Mapping[str, str] | None = None,
) -> int:
    """The exit status of the program, negative when a signal ended it; its first argument is the folder.

    It gets no environment but the one given: neither settings nor keys are at hand in there. NoTimeError after so
    many seconds on the clock.
    """
    try:
        done = subprocess.run(  # noqa: S603 - a program of ours; its callers pass nothing of the file in the command
            [sys.executable, *flags, str(program), str(folder), *map(str, arguments)],
            env=dict(environment or {}),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as late:
        raise NoTimeError(f"no answer within {seconds} s") from late
    return done.returncode


def result(folder: Path, most_bytes: int | None = None) -> dict[str, Any] | None:
    """What the program left, of which no more than so many bytes are read; None when it came to nothing."""
    try:
        found = json.loads((folder / "result").read_bytes()[:most_bytes])
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
