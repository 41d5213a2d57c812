"""Which lives the reports of the demo have: named scenarios with their share, step by step."""

from dataclasses import dataclass
from enum import StrEnum


class Triage(StrEnum):
    """What becomes of a report."""

    ACCEPT = "accept"
    JOIN = "join"
    REFUSE = "refuse"
    NONE = "none"
    FIX = "self_dispose"  # no report: the supervisor opens the case on the spot


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of life. `steps` are actions of the procedure; "verify" stands for the two steps of a verification.

    `spent` is the share of the limit used when the unit replies; `is_whole`: the life has reached its last step by
    now; `is_recent`: its last step was taken within the last hours; `is_short`: a limit of hours, not days;
    `is_unsure`: no rule names one unit, so that a person dispatches; `is_needed`: even the smallest demo has one.
    """

    name: str
    weight: int
    steps: str = ""
    triage: Triage = Triage.ACCEPT
    spent: tuple[float, float] = (0.12, 0.85)
    is_whole: bool = True
    is_recent: bool = False
    is_short: bool = False
    is_unsure: bool = False
    is_needed: bool = False


FILED = "verify file"
SENT = f"{FILED} dispatch"
HELD = f"{SENT} take"
DONE = f"{HELD} reply"
CHECK = "send_to_check pass_check"
END = f"{CHECK} close"
LATE = (1.1, 1.8)


def _now(name: str, weight: int, steps: str, *, is_short: bool = True, is_unsure: bool = False) -> Scenario:
    """A life that stands at its last step now."""
    return Scenario(
        name, weight, steps, is_recent=True, is_short=is_short, is_unsure=is_unsure, is_needed=True, spent=(0.1, 0.6)
    )


SCENARIOS = (
    Scenario("happy", 104, f"{DONE} {END}", is_whole=False, is_needed=True),
    Scenario("late", 18, f"{DONE} {END}", spent=LATE, is_short=True),
    Scenario("returned", 13, f"{SENT} return approve_return redispatch take reply {END}", is_needed=True),
    Scenario("return_declined", 4, f"{SENT} return decline_return take reply {END}"),
    Scenario("reworked", 12, f"{DONE} send_to_check fail_check take reply {END}", is_needed=True),
    Scenario("reworked_twice", 4, f"{DONE} send_to_check fail_check reply send_to_check fail_check take reply {END}"),
    Scenario("reworked_by_leader", 3, f"{DONE} {CHECK} rework take reply {END}"),
    Scenario("deferred", 6, f"{HELD} hang approve_hang resume reply {END}", spent=(0.3, 0.7), is_needed=True),
    Scenario("extended", 9, f"{HELD} extend approve_extend reply {END}", spent=(1.1, 1.7), is_needed=True),
    Scenario("extended_twice", 2, f"{HELD} extend approve_extend extend approve_extend reply {END}", spent=(1.2, 2.5)),
    Scenario("extension_declined", 3, f"{HELD} extend decline_extend reply {END}", spent=(0.6, 1.2)),
    Scenario("voided", 6, "verify void", is_needed=True),
    Scenario("voided_later", 3, f"{SENT} void"),
    Scenario("overseen", 6, f"{HELD} oversee answer_oversight reply {END}", is_needed=True),
    Scenario("reopened", 6, f"{DONE} {END} reopen redispatch take reply {END}", is_short=True, is_needed=True),
    Scenario("filed_again", 2, f"{FILED} send_back_to_file file dispatch take reply {END}", is_unsure=True),
    Scenario("bundled", 6, "bundle", is_needed=True),
    Scenario("self_disposed", 8, "approve_self_disposal", triage=Triage.FIX, is_needed=True),
    Scenario("self_disposal_refused", 2, f"refuse_self_disposal file dispatch take reply {END}", triage=Triage.FIX),
    Scenario("refused", 14, triage=Triage.REFUSE, is_needed=True),
    Scenario("joined", 16, triage=Triage.JOIN, is_needed=True),
    Scenario("untriaged", 8, triage=Triage.NONE, is_recent=True, is_needed=True),
    _now("registered", 3, ""),
    _now("verifying", 3, "send_to_verify"),
    _now("verified", 2, "send_to_verify report_verification"),
    _now("filed", 4, FILED, is_unsure=True),
    _now("returned_to_dispatcher", 2, f"{SENT} return approve_return"),
    _now("dispatched", 6, SENT, is_short=False),
    _now("handling", 6, HELD, is_short=False),
    _now("hung", 3, f"{HELD} hang approve_hang", is_short=False),
    _now("handled", 4, DONE),
    _now("checking", 3, f"{DONE} send_to_check"),
    _now("checked", 3, f"{DONE} {CHECK}"),
    Scenario("self_disposed_now", 2, triage=Triage.FIX, is_recent=True, is_needed=True),
    _now("return_asked", 2, f"{SENT} return", is_short=False),
    _now("extension_asked", 2, f"{HELD} extend", is_short=False),
    _now("deferment_asked", 1, f"{HELD} hang", is_short=False),
    _now("oversight_open", 2, f"{HELD} oversee", is_short=False),
    Scenario("overdue", 7, HELD, is_short=True, is_needed=True),
)


def cast(reports: int) -> list[Scenario]:
    """The scenarios of so many reports: each needed one once, then by weight; lives without a report come on top."""
    turns = [
        (-1.0 if scenario.is_needed and not turn else (turn + 0.5) / scenario.weight, place, scenario)
        for place, scenario in enumerate(SCENARIOS)
        for turn in range(max(reports, 1))
    ]
    chosen: list[Scenario] = []
    counted = 0
    for _, _, scenario in sorted(turns, key=lambda turn: turn[:2]):
        if counted == reports:
            break
        chosen.append(scenario)
        counted += scenario.triage != Triage.FIX
    return chosen
