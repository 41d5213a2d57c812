"""Kinds and levels of places, frames of coordinates, and what can be wrong with a file of geometries."""

from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Level(TextChoices):
    """Levels of areas, from wide to narrow."""

    DISTRICT = "district", _("District")
    STREET = "street", _("Street")
    COMMUNITY = "community", _("Community")


class GridKind(TextChoices):
    UNIT = "unit", _("Unit grid")
    DUTY = "duty", _("Duty grid")
    SOCIAL = "social", _("Social-service grid")


# Areas defined without a start date count from here: before any record that is replayed.
ALWAYS = date(1900, 1, 1)

CODE_LENGTH: dict[Level | GridKind, int] = {Level.DISTRICT: 6, Level.STREET: 9, Level.COMMUNITY: 12, GridKind.UNIT: 15}


class LayerKind(TextChoices):
    AREA = "area", _("Area layer")
    THEMATIC = "thematic", _("Thematic layer")


class AreaLayer(TextChoices):
    """The six area layers of responsibility spaces.

    Public sources name three (frontage, demolition, road); the others are this product's own choice.
    """

    FRONTAGE = "frontage", _("Frontage responsibility areas")
    DEMOLITION = "demolition", _("Demolition areas")
    ROAD = "road", _("City road areas")
    CONSTRUCTION = "construction", _("Construction sites")
    GREEN = "green", _("Green space")
    WATER = "water", _("Water")


class Frame(TextChoices):
    """Coordinate frames that come in and go out; everything is stored in WGS-84."""

    WGS84 = "wgs84", "WGS-84"
    CGCS2000 = "cgcs2000", "CGCS2000"
    GCJ02 = "gcj02", "GCJ-02"
    BD09 = "bd09", "BD-09"


class Fault(TextChoices):
    """What can be wrong with a feature of an imported file; `ADVICE` says what to do about each."""

    UNREADABLE = "unreadable", _("The file is not GeoJSON in degrees.")
    NO_GEOMETRY = "no_geometry", _("It has no geometry of the kind needed.")
    NOT_A_NUMBER = "not_a_number", _("A coordinate is not a finite number.")
    SWAPPED = "swapped", _("Longitude and latitude are swapped.")
    OUT_OF_RANGE = "out_of_range", _("A coordinate lies outside the globe.")
    UNCLOSED = "unclosed", _("A ring is not closed or has fewer than four positions.")
    SELF_CROSSING = "self_crossing", _("The outline crosses or touches itself.")
    OVERLAPPING = "overlapping", _("It overlaps another area of its level.")
    OUTSIDE_PARENT = "outside_parent", _("It reaches outside the area above it.")
    BAD_CODE = "bad_code", _("The code is missing or not one of this level below this parent.")
    DUPLICATE_CODE = "duplicate_code", _("The code occurs twice in the file.")
    UNKNOWN_PARENT = "unknown_parent", _("The area above it is not known.")
    NO_NAME = "no_name", _("It has no name.")
    ALREADY_THERE = "already_there", _("One with this code is there already.")


ADVICE = {
    Fault.UNREADABLE: _("Export as GeoJSON (a FeatureCollection) in degrees."),
    Fault.NO_GEOMETRY: _("Give it a geometry of this kind (for areas: Polygon or MultiPolygon)."),
    Fault.NOT_A_NUMBER: _("Export again; the file has NaN, Infinity, nothing or text for a coordinate."),
    Fault.SWAPPED: _("GeoJSON writes longitude first: swap the two when exporting."),
    Fault.OUT_OF_RANGE: _("Export in degrees (longitude -180 to 180, latitude -90 to 90), not in metres."),
    Fault.UNCLOSED: _("Repeat the first position of each ring at its end."),
    Fault.SELF_CROSSING: _("Repair the outline at the position named."),
    Fault.OVERLAPPING: _("Correct the border between the two areas, or allow a wider tolerance."),
    Fault.OUTSIDE_PARENT: _("Correct the border, or check the coordinate frame (GCJ-02 is off by some 500 m)."),
    Fault.BAD_CODE: _("Give the full numeric code (6, 9, 12 digits), or name its field."),
    Fault.DUPLICATE_CODE: _("Give each area its own code; join parts of one area into a MultiPolygon."),
    Fault.UNKNOWN_PARENT: _("Import the level above first, or correct the code."),
    Fault.NO_NAME: _("Give it a name, or name the field that holds it."),
    Fault.ALREADY_THERE: _(
        "Give it another code; to give an area this outline and name, import again with --replace."
    ),
}
