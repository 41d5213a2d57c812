"""Steps: what is recorded of each, and the chain that binds them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from citygrid.kernel import chain
from citygrid.kernel.worktime import Limit

FROM_THE_BEGINNING = ("category", "component")  # what the first step says of the matter


@dataclass(frozen=True, slots=True)
class Correction:
    """What is right of a case or report: another category, another place. What is empty stays as it was.

    The place is a position in `frame`, or an area where no position is known; the address is corrected by itself.
    `component_id` is of a case alone: one of the inventory, or `choices.NO_COMPONENT`.
    """

    category_key: str = ""
    lon: float | None = None
    lat: float | None = None
    frame: str = "wgs84"
    area_code: str = ""
    address: str = ""
    component_id: str = ""

    @property
    def has_position(self) -> bool:
        return self.lon is not None or self.lat is not None


@dataclass(frozen=True, slots=True)
class Given:
    """What a person gives with a step. Which of it a step needs is said by the procedure.

    `photos`: ids of photos received before, by what they show ("before", "after", "scene").
    """

    reason: str = ""
    note: str = ""
    finding: str = ""
    unit_id: UUID | None = None
    standard_id: UUID | None = None
    case_id: UUID | None = None
    post_id: UUID | None = None
    crew_id: UUID | None = None
    task: str = ""
    by_at: datetime | None = None
    until_at: datetime | None = None
    correction: Correction | None = None
    photos: Mapping[str, tuple[UUID, ...]] = field(default_factory=dict)

    @property
    def words(self) -> dict[str, Any]:
        """What is given, under the procedure's words for it ("unit", "until", "photo_after" ...)."""
        given = {f.name.removesuffix("_id").removesuffix("_at"): getattr(self, f.name) for f in fields(self)}
        shown = given.pop("photos")
        given |= {f"photo_{role}": ids for role, ids in shown.items()}
        return {word: value for word, value in given.items() if value}

    def as_data(self) -> dict[str, Any]:
        """The given fields as JSON values, for the step; what a correction comes to is found out by the service."""
        names = [f.name for f in fields(self) if f.name != "correction"]
        given = {name: getattr(self, name) for name in names if getattr(self, name)}
        return {name: _plain(value) for name, value in given.items()}


@dataclass(frozen=True, slots=True)
class PastStep:
    """One step as it is recorded: who did what when, the state after it, and what was given (JSON values)."""

    seq: int
    action: str
    state: str
    axis: str
    at: datetime
    label: str
    account_id: UUID | None = None
    post_id: UUID | None = None
    is_automatic: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)

    def content(self, case_id: UUID) -> dict[str, Any]:
        """What the chain covers: every field, and the case it belongs to."""
        return {"case_id": case_id, **{f.name: getattr(self, f.name) for f in fields(self)}}


def seal(case_id: UUID, steps: Iterable[PastStep], previous: bytes = chain.START) -> list[bytes]:
    """The chain hash of every step, in order."""
    hashes = []
    for step in steps:
        previous = chain.link(previous, step.content(case_id))
        hashes.append(previous)
    return hashes


def first_break(case_id: UUID, steps: list[PastStep], hashes: list[bytes]) -> int:
    """The seq of the first step that was changed, is missing or is out of order; 0 when the chain holds."""
    expected = seal(case_id, steps)
    for place, (step, found, right) in enumerate(zip(steps, hashes, expected, strict=True), start=1):
        if step.seq != place or found != right:
            return place
    return 0


def matter(steps: Iterable[PastStep]) -> dict[str, Any]:
    """What the steps say of the matter: category and component of the beginning, and all that was corrected since.

    A case is about no component until a step says otherwise.
    """
    said: dict[str, Any] = {"component": None}
    for step in steps:
        told = {name: step.data[name] for name in FROM_THE_BEGINNING if step.seq == 1 and name in step.data}
        said |= told | dict(step.data.get("correction", {}).get("now", {}))
    return said


def limit_as_data(limit: Limit) -> list[str]:
    """A limit as JSON: [value, unit]."""
    return [f"{limit.value.normalize():f}", str(limit.unit)]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime) else str(value)
