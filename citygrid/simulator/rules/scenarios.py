"""Which lives the reports of the demo have: named scenarios with their share, step by step."""

from dataclasses import dataclass, replace
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

    `spent` is the share of the limit used when the unit replies; `is_short`: a limit of hours, not days; `is_unsure`:
    no rule names one unit, so that a person dispatches; `is_wrong`: taken for a kind that looks alike; `is_social`: a
    social event; `is_recent`: it stands at its last step since the last hours; `is_needed`: even the smallest demo has
    one, which reaches its last step (`is_whole`). All others are cut off by the end of the week wherever they are.
    """

    name: str
    weight: float
    steps: str = ""
    triage: Triage = Triage.ACCEPT
    spent: tuple[float, float] = (0.12, 0.85)
    is_short: bool = False
    is_unsure: bool = False
    is_wrong: bool = False
    is_social: bool = False
    is_recent: bool = False
    is_needed: bool = False
    is_whole: bool = False


FILED = "verify file"
SENT = f"{FILED} dispatch"
HELD = f"{SENT} take"
DONE = f"{HELD} reply"
CHECK = "send_to_check pass_check"
END = f"{CHECK} close"
LATE = (1.1, 1.8)


def _now(name: str, steps: str = "", *, is_short: bool = True, is_unsure: bool = False, weight: float = 0) -> Scenario:
    """A life that stands at its last step now."""
    return Scenario(
        name, weight, steps, is_recent=True, is_short=is_short, is_unsure=is_unsure, is_needed=True, spent=(0.1, 0.6)
    )


def _social(name: str, weight: float, steps: str) -> Scenario:
    return Scenario(name, weight, f"{steps} give_feedback close", is_social=True)


# Weights are per thousand, nearly.
SCENARIOS = (
    Scenario("happy", 505, f"{DONE} {END}", is_needed=True),
    Scenario("late", 62, f"{DONE} {END}", spent=LATE, is_short=True),
    Scenario("returned", 12, f"{SENT} return approve_return redispatch take reply {END}", is_needed=True),
    Scenario("return_declined", 8, f"{SENT} return decline_return take reply {END}"),
    Scenario("misdirected", 38, f"{SENT} return approve_return redispatch take reply {END}", is_wrong=True),
    Scenario("not_as_reported", 9, "send_to_verify report_verification void", is_wrong=True),
    Scenario("mislabelled", 20, f"{DONE} {END}", is_wrong=True),
    Scenario("reworked", 34, f"{DONE} send_to_check fail_check take reply {END}", is_needed=True),
    Scenario("reworked_twice", 6, f"{DONE} send_to_check fail_check reply send_to_check fail_check take reply {END}"),
    Scenario("reworked_by_leader", 8, f"{DONE} {CHECK} rework take reply {END}"),
    Scenario("deferred", 12, f"{HELD} hang approve_hang resume reply {END}", spent=(0.3, 0.7), is_needed=True),
    Scenario("extended", 20, f"{HELD} extend approve_extend reply {END}", spent=(1.1, 1.7), is_needed=True),
    Scenario("extended_twice", 4, f"{HELD} extend approve_extend extend approve_extend reply {END}", spent=(1.2, 2.5)),
    Scenario("extension_declined", 5, f"{HELD} extend decline_extend reply {END}", spent=(0.6, 1.2)),
    Scenario("voided", 14, "verify void", is_needed=True),
    Scenario("voided_later", 6, f"{SENT} void"),
    Scenario("overseen", 12, f"{HELD} oversee answer_oversight reply {END}", is_needed=True),
    Scenario("reopened", 9, f"{DONE} {END} reopen redispatch take reply {END}", is_short=True, is_needed=True),
    Scenario("filed_again", 3, f"{FILED} send_back_to_file file dispatch take reply {END}", is_unsure=True),
    Scenario("bundled", 12, "bundle", is_needed=True),
    Scenario("self_disposed", 30, "approve_self_disposal", triage=Triage.FIX, is_needed=True),
    Scenario("self_disposal_refused", 5, f"refuse_self_disposal file dispatch take reply {END}", triage=Triage.FIX),
    Scenario("refused", 36, triage=Triage.REFUSE, is_needed=True),
    Scenario("joined", 72, triage=Triage.JOIN, is_needed=True),
    Scenario("untriaged", 1, triage=Triage.NONE, is_recent=True, is_needed=True),
    _social("settled_at_grid", 17, "handle_at_grid"),
    _social("settled_at_community", 7, "escalate_to_community handle_at_community"),
    _social("settled_at_street", 2, "escalate_to_community escalate_to_street handle_at_street"),
    _social(
        "department_called",
        2,
        "escalate_to_community escalate_to_street call_department report_to_street handle_at_street",
    ),
    _social("not_solved", 2, "handle_at_grid not_solved_at_grid handle_at_grid"),
    _social(
        "settled_at_district",
        1,
        "escalate_to_community escalate_to_street escalate_to_district handle_at_district",
    ),
    _now("registered"),
    _now("verifying", "send_to_verify"),
    _now("verified", "send_to_verify report_verification"),
    _now("filed", FILED, is_unsure=True),
    _now("returned_to_dispatcher", f"{SENT} return approve_return"),
    _now("dispatched", SENT, is_short=False),
    _now("handling", HELD, is_short=False),
    _now("hung", f"{HELD} hang approve_hang", is_short=False, weight=3),
    _now("handled", DONE),
    _now("checking", f"{DONE} send_to_check"),
    _now("checked", f"{DONE} {CHECK}"),
    Scenario("self_disposed_now", 1, triage=Triage.FIX, is_recent=True, is_needed=True),
    _now("return_asked", f"{SENT} return", is_short=False, weight=1),
    _now("extension_asked", f"{HELD} extend", is_short=False, weight=1),
    _now("deferment_asked", f"{HELD} hang", is_short=False, weight=1),
    _now("oversight_open", f"{HELD} oversee", is_short=False, weight=1),
    Scenario("overdue", 7, HELD, is_short=True, is_needed=True),
)


def cast(reports: int) -> list[Scenario]:
    """The scenarios of so many reports: each needed one once, whole; then by weight. Fixes on the spot come on top."""
    total = sum(scenario.weight for scenario in SCENARIOS)
    turns = [
        (-1.0 if scenario.is_needed and not turn else (turn + 0.5) / (scenario.weight or 0.01), place, turn)
        for place, scenario in enumerate(SCENARIOS)
        for turn in range(2 + round(1.1 * reports * scenario.weight / total))
    ]
    chosen: list[Scenario] = []
    counted = 0
    for order, place, _ in sorted(turns):
        if counted == reports:
            break
        scenario = SCENARIOS[place]
        chosen.append(replace(scenario, is_whole=True) if order < 0 else scenario)
        counted += scenario.triage != Triage.FIX
    return chosen
