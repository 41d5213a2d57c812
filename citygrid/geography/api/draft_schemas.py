from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from citygrid.geography.choices import Effect, Fault
from citygrid.kernel.api import Day

MOST_FEATURES = 2_000  # in one call
LayerCode = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,49}$")]
FeatureCode = Annotated[str, Field(min_length=1, max_length=50)]
Revision = Annotated[int, Field(ge=0, le=1_000_000)]
Geometry = dict[str, Any]


class FeatureIn(Schema):
    """A feature as it shall be: a GeoJSON geometry in WGS-84. Attributes that are not given stay as they are."""

    code: FeatureCode
    geometry: Geometry
    name_zh: str = ""
    name_en: str = ""
    responsible_unit_id: UUID | None = None
    valid_to_date: Day | None = None
    attributes: dict[str, Any] | None = None


class DraftIn(Schema):
    """What changes in a draft: features to put, to end, and to leave as they are in the layer."""

    revision: Revision
    from_date: Day
    put: Annotated[list[FeatureIn], Field(max_length=MOST_FEATURES)] = []
    removed: Annotated[list[FeatureCode], Field(max_length=MOST_FEATURES)] = []
    restored: Annotated[list[FeatureCode], Field(max_length=MOST_FEATURES)] = []


class RevisionIn(Schema):
    """The revision of the draft that was looked at."""

    revision: Revision


class ConfirmIn(RevisionIn):
    pass


class PublishIn(RevisionIn):
    note: Annotated[str, Field(max_length=500)] = ""


class DraftFeatureOut(Schema):
    """What becomes of a feature; of one that ends, the outline that it has."""

    code: str
    effect: Effect
    name_zh: str
    name_en: str
    responsible_unit_id: UUID | None
    valid_to_date: date | None
    attributes: dict[str, Any]
    geometry: Geometry | None


class DraftFaultOut(Schema):
    """What is wrong, of which feature (or area that is not covered), and where: west, south, east, north."""

    code: str
    fault: Fault
    what: str
    detail: str
    do: str
    box: list[float]
    region: Geometry


class DraftOut(Schema):
    """A draft; `is_outdated` when the layer was changed since it was begun."""

    layer: str
    revision: int
    from_date: date
    is_outdated: bool
    origin: str
    begun_at: datetime
    begun_by: str
    changed_at: datetime
    changed_by: str
    counts: dict[str, int]
    features: list[DraftFeatureOut]
    faults: list[DraftFaultOut]


class PublicationOut(Schema):
    id: UUID
    from_date: date
    at: datetime
    by: str = Field(alias="actor_label")
    note: str
    counts: dict[str, int]
    undone_at: datetime | None
    undone_by: str


class SplitIn(Schema):
    """An outline, a line across it, and the outlines that lie beside it."""

    geometry: Geometry
    line: Geometry
    neighbours: Annotated[list[Geometry], Field(max_length=200)] = []


class SplitOut(Schema):
    """The parts, the largest first; the neighbours in the order given, null where one stays as it is."""

    parts: list[Geometry]
    neighbours: list[Geometry | None]


class MergeIn(Schema):
    geometries: Annotated[list[Geometry], Field(min_length=2, max_length=50)]


class OutlineOut(Schema):
    geometry: Geometry
