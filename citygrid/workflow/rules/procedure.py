"""A procedure: states and actions read from a document, or refused with everything that is wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from citygrid.kernel.words import lazily_in_language
from citygrid.kernel.worktime import Limit, Unit
from citygrid.workflow.errors import FieldsMissing, ProcedureInvalid, UnknownAction

CLOCK_EFFECTS = frozenset({"start", "pause", "resume", "extend", "stop", "reset"})
AXES = frozenset({"supervision", "command", "handling"})
FIELDS = frozenset(FieldsMissing.LABELS)
GIVE, FINISH, TAKE_BACK, SETTLED = "give", "finish", "take_back", "settled"
WORK = frozenset({GIVE, FINISH, TAKE_BACK, SETTLED})  # what an action does with the work of crews
NEEDS_OF_WORK = {GIVE: {"crew", "task", "by"}, TAKE_BACK: {"crew"}}
AFTER = "photo_after"
PHOTOS = frozenset({"photo_before", AFTER, "photo_scene"})
STATE_WORDS = frozenset({"zh", "en", "waits_for", "assigned", "limit", "end"})
ACTION_WORDS = frozenset(
    {"zh", "en", "role", "axis", "from", "to", "needs", "evidence", "takes", "approval", "holds", "clock", "counts"}
    | {"at_most", "before_due", "announces", "answers", "automatic", "findings", "work"}
)
ASK, APPROVE, DECLINE = "ask", "approve", "decline"


@dataclass(frozen=True)
class State:
    """A state of a case. `waits_for`: the roles whose next step is awaited; `limit`: time allowed in this state.

    `is_assigned`: its work is the task of one post of those roles.
    """

    code: str
    zh: str
    en: str
    waits_for: tuple[str, ...] = ()
    limit: Limit | None = None
    is_assigned: bool = False
    is_end: bool = False

    @property
    def name(self) -> str:
        """Its name in the language that is active when it is shown."""
        return lazily_in_language(self.zh, self.en)


@dataclass(frozen=True)
class Finding:
    """One answer a step may give, where the procedure lists them: an outcome of a verification, a score."""

    code: str
    zh: str
    en: str

    @property
    def name(self) -> str:
        """Its name in the language that is active when it is shown."""
        return lazily_in_language(self.zh, self.en)


@dataclass(frozen=True)
class Action:
    """One kind of step. `phase` is "ask", "approve" or "decline" where the procedure wants an approval, else ""."""

    code: str
    zh: str
    en: str
    roles: frozenset[str]
    axes: frozenset[str]
    sources: frozenset[str]
    target: str
    needs: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    findings: Mapping[str, Finding] = field(default_factory=dict)
    clock: str = ""
    counts: str = ""
    announces: str = ""
    at_most: int = 0
    before_due: bool = False
    answers: str = ""
    automatic: str = ""
    work: str = ""
    holds: bool = False
    phase: str = ""
    subject: str = ""

    @property
    def name(self) -> str:
        """Its name in the language that is active when it is shown."""
        return lazily_in_language(self.zh, self.en)

    @property
    def begins(self) -> bool:
        return not self.sources


@dataclass(frozen=True)
class Procedure:
    """One version of a life cycle."""

    code: str
    version: int
    zh: str
    en: str
    states: Mapping[str, State]
    actions: Mapping[str, Action] = field(repr=False)

    @property
    def crew_roles(self) -> frozenset[str]:
        """The roles that do work for the unit charged with a case; none in most procedures."""
        return frozenset(role for action in self.actions.values() if action.work == FINISH for role in action.roles)

    def has_crews_in(self, state: str) -> bool:
        """Whether crews may have open work while a case is in this state."""
        return any(action.work == FINISH and state in action.sources for action in self.actions.values())

    def action(self, code: str) -> Action:
        """The action of this code; UnknownAction (404) when there is none."""
        try:
            return self.actions[code]
        except KeyError:
            raise UnknownAction(action=code) from None


def parse(document: Mapping[str, Any], known_roles: Iterable[str]) -> Procedure:
    """The procedure of a document (see data/procedures). ProcedureInvalid lists every problem at once."""
    found = list(_malformed(document, frozenset(known_roles)))
    if found:
        raise ProcedureInvalid(found)
    states = {code: _state(code, body) for code, body in document["states"].items()}
    actions: dict[str, Action] = {}
    for code, body in document["actions"].items():
        for action in _actions(code, body):
            actions[action.code] = action
    procedure = Procedure(
        code=document["code"],
        version=int(document["version"]),
        zh=document["zh"],
        en=document["en"],
        states=states,
        actions=actions,
    )
    if found := list(_unreachable(procedure)):
        raise ProcedureInvalid(found)
    return procedure


def _state(code: str, body: Mapping[str, Any]) -> State:
    limit = body.get("limit")
    return State(
        code=code,
        zh=body["zh"],
        en=body["en"],
        waits_for=tuple(body.get("waits_for", ())),
        limit=Limit(limit["value"], Unit(limit["unit"])) if limit else None,
        is_assigned=bool(body.get("assigned")),
        is_end=bool(body.get("end")),
    )


def _actions(code: str, body: Mapping[str, Any]) -> list[Action]:
    """One action, or the three of an approval: ask (keeps the state), approve (has the effects), decline."""
    axis = body["axis"]
    action = Action(
        code=code,
        zh=body["zh"],
        en=body["en"],
        roles=frozenset(body["role"]),
        axes=frozenset([axis] if isinstance(axis, str) else axis),
        sources=frozenset(body.get("from", ())),
        target=body.get("to", ""),
        needs=tuple(body.get("needs", ())),
        evidence=tuple(body.get("evidence", ())),
        takes=tuple(body.get("takes", ())),
        findings={key: Finding(key, words["zh"], words["en"]) for key, words in body.get("findings", {}).items()},
        clock=body.get("clock", ""),
        counts=body.get("counts", ""),
        announces=body.get("announces", ""),
        at_most=body.get("at_most", 0),
        before_due=body.get("before_due", False),
        answers=body.get("answers", ""),
        automatic=body.get("automatic", ""),
        work=body.get("work", ""),
        holds=body.get("holds", False),
    )
    return _with_approval(action, body["approval"]) if "approval" in body else [action]


def _with_approval(action: Action, approval: Mapping[str, Any]) -> list[Action]:
    ask = replace(action, target="", clock="", announces="", phase=ASK, subject=action.code)
    approver: dict[str, Any] = {
        "roles": frozenset(approval["role"]),
        "axes": frozenset([approval["axis"]]),
        "subject": action.code,
    }
    approve = replace(
        action,
        code=f"approve_{action.code}",
        zh=f"同意{action.zh}",
        en=f"Approve: {action.en.lower()}",
        needs=(),
        evidence=(),
        takes=(),
        at_most=0,
        before_due=False,
        phase=APPROVE,
        **approver,
    )
    decline = replace(
        approve,
        code=f"decline_{action.code}",
        zh=f"不同意{action.zh}",
        en=f"Decline: {action.en.lower()}",
        target="",
        needs=("reason",),
        clock="",
        counts="",
        announces="",
        phase=DECLINE,
    )
    return [ask, approve, decline]


def _malformed(document: Mapping[str, Any], known_roles: frozenset[str]) -> Iterable[str]:
    for key in ("code", "version", "zh", "en", "states", "actions"):
        if not document.get(key):
            yield f"“{key}” is missing"
            return
    states = document["states"]
    for code, body in states.items():
        yield from _malformed_state(code, body, known_roles)
    for code, body in document["actions"].items():
        yield from _malformed_action(code, body, frozenset(states), known_roles)


def _malformed_state(code: str, body: Mapping[str, Any], known_roles: frozenset[str]) -> Iterable[str]:
    where = f"state {code}"
    yield from (f"{where}: unknown word “{word}”" for word in sorted(set(body) - STATE_WORDS))
    yield from (f"{where}: “{word}” is missing" for word in ("zh", "en") if not body.get(word))
    yield from (f"{where}: unknown role “{role}”" for role in sorted(set(body.get("waits_for", ())) - known_roles))


def _malformed_action(
    code: str, body: Mapping[str, Any], states: frozenset[str], known_roles: frozenset[str]
) -> Iterable[str]:
    where = f"action {code}"
    yield from (f"{where}: unknown word “{word}”" for word in sorted(set(body) - ACTION_WORDS))
    yield from (f"{where}: “{word}” is missing" for word in ("zh", "en", "role", "axis") if not body.get(word))
    axis = body.get("axis", ())
    approval = body.get("approval") or {"role": [], "axis": "command"}
    lists = {
        "state": ({*body.get("from", ()), body.get("to") or "-"} - {"-"}, states),
        "role": ({*body.get("role", ()), *approval["role"]}, known_roles),
        "axis": ({*([axis] if isinstance(axis, str) else axis), approval["axis"]}, AXES),
        "field": (set(body.get("needs", ())), FIELDS),
        "evidence": ({*body.get("evidence", ()), *body.get("takes", ())}, PHOTOS),
        "clock effect": ({body.get("clock") or "start"}, CLOCK_EFFECTS),
        "work": ({body.get("work") or GIVE}, WORK),
    }
    for kind, (used, known) in lists.items():
        yield from (f"{where}: unknown {kind} “{word}”" for word in sorted(used - known))
    yield from _work_without(code, body)


def _work_without(code: str, body: Mapping[str, Any]) -> Iterable[str]:
    needed = NEEDS_OF_WORK.get(body.get("work", ""), set()) - set(body.get("needs", ()))
    yield from (f"action {code}: its work needs “{word}”" for word in sorted(needed))


def _unreachable(procedure: Procedure) -> Iterable[str]:
    """States no case can get to, and states from which no end can be reached."""
    edges = [
        (source, action.target)
        for action in procedure.actions.values()
        for source in (action.sources or {""})
        if action.target
    ]
    reached = _closure({""}, edges)
    yield from (f"state {code} cannot be reached" for code in procedure.states if code not in reached)
    ends = {code for code, state in procedure.states.items() if state.is_end}
    if not ends:
        yield "there is no end"
    ending = _closure(ends, [(target, source) for source, target in edges])
    yield from (f"state {code} leads to no end" for code in procedure.states if code not in ending)


def _closure(start: set[str], edges: list[tuple[str, str]]) -> set[str]:
    reached = set(start)
    while grown := {target for source, target in edges if source in reached} - reached:
        reached |= grown
    return reached
