"""The usual reason that was pressed, in what a form sent."""

from typing import Any

from citygrid.intake.queries import FLAWS


def with_usual(data: Any) -> Any:
    """What was sent, with the usual reason that was pressed as its reason, and the flaw that this names, if any."""
    usual = data.get("usual") if data else ""
    if not usual:
        return data
    flaw = flaw_of(usual)
    return {**data.dict(), "reason": usual, **({"flaw": flaw} if flaw else {})}


def flaw_of(usual: str) -> str:
    """The flaw that a usual reason names; "" where it names none."""
    return next((str(flaw) for reason, flaw in FLAWS.items() if str(reason) == usual), "")
