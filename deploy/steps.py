"""What the scripts of this folder share: lines on the terminal and refusals that say what to do."""

import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


class StepError(Exception):
    """A step cannot go on: what happened, what was kept, what to do."""

    def __init__(self, what: str, *, kept: str, hint: str) -> None:
        super().__init__(what)
        self.kept = kept
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.args[0]}\n  Kept:  {self.kept}\n  To do: {self.hint}"


def say(text: str) -> None:
    """Print a line at once, also into a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def finish(command: Callable[[], int | None], program: str) -> int:
    """Run a script's command; its exit status: 0, the command's own, 1 for a refusal, 130 for Ctrl-C."""
    try:
        return command() or 0
    except StepError as stop:
        sys.stderr.write(f"{program}: {stop}\n")
        return 1
    except OSError as error:
        stop = StepError(
            f"{error.filename or 'Reading or writing'}: {error.strerror or error}.",
            kept="everything that was there before.",
            hint="free space or grant access there, then run this again.",
        )
        sys.stderr.write(f"{program}: {stop}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(f"{program}: Interrupted; run it again to go on.\n")
        return 130
