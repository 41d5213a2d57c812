from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from citygrid.geography.choices import Frame, GridKind, Level
from citygrid.kernel.api import BoxIn, Latitude, Longitude

AreaCode = Annotated[str, Field(pattern=r"^\d{6}(\d{3}){0,3}$")]


class PointIn(Schema):
    """A position in degrees, in a coordinate frame."""

    lon: Longitude
    lat: Latitude
    frame: Frame = Frame.WGS84


class FeatureHitOut(Schema):
    """A layer's feature at the point, and who is responsible there."""

    layer: str = Field(alias="layer_code")
    code: str
    name: str
    responsible_unit_id: UUID | None


class PlaceOut(Schema):
    """Where a point lies; "" where no such area or grid is known."""

    district: str
    street: str
    community: str
    unit_grid: str
    duty_grid: str
    social_grid: str
    area_code: str
    name: str
    features: list[FeatureHitOut]


class OutlinesIn(BoxIn):
    """Of which level, and inside which areas or what box; without either, everywhere."""

    level: Level | Literal[GridKind.UNIT]
    below: Annotated[list[AreaCode], Field(max_length=100)] = []


class LanesIn(BoxIn):
    """In which box (WGS-84 degrees)."""

    west: Longitude
    south: Latitude
    east: Longitude
    north: Latitude


class AreaOut(Schema):
    code: str
    level: Level
    name_zh: str
    name_en: str


class LayerOut(Schema):
    code: str
    kind: str
    name_zh: str
    name_en: str


class LayerFeatureOut(Schema):
    """A feature with its attributes, its outline as a GeoJSON geometry, and the days on which it is valid."""

    code: str
    name_zh: str
    name_en: str
    responsible_unit_id: UUID | None
    valid_from_date: date
    valid_to_date: date | None
    attributes: dict[str, Any]
    geometry: dict[str, Any]
