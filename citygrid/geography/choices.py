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
    ZONE = "zone", _("Zones with hours")


class ZoneRule(TextChoices):
    """What a zone says of its place at its hours; where both hold, the allowed one is an exception from the other."""

    FORBIDDEN = "forbidden", _("Forbidden")
    ALLOWED = "allowed", _("Allowed")


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
    BROKEN = "broken", _("Its record in the file cannot be read.")
    BAD_TEXT = "bad_text", _("A text is not in the encoding of the file, or has control characters.")
    TOO_LONG = "too_long", _("A name is longer than 200 characters.")
    OUTSIDE_REACH = "outside_reach", _("It reaches outside the areas of your post.")
    OVERLAID = "overlaid", _("It overlaps another feature of the layer.")
    GAP = "gap", _("A gap is left beside it.")
    ZONE_RULE = "zone_rule", _("It does not say whether the zone is forbidden or allowed.")
    ZONE_HOURS = "zone_hours", _("The hours of the zone cannot be read.")
    ZONE_DAYS = "zone_days", _("The days of the zone cannot be read.")


class ShapeFault(TextChoices):
    """What can be wrong with a shape that somebody drew, beside what is wrong with any outline (`Fault`)."""

    UNREADABLE = "unreadable", _("It is not a POINT, LINESTRING or POLYGON in degrees, of at most 100 corners.")
    NO_WIDTH = "no_width", _("A point or a line needs some metres around it; 5,000 are the most.")
    TOO_WIDE = "too_wide", _("It is wider than 5 degrees.")


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
    Fault.BROKEN: _("Export the layer again; the file was cut off or changed on the way."),
    Fault.BAD_TEXT: _("Export again in UTF-8, or name the encoding in the .cpg file (GBK, UTF-8)."),
    Fault.TOO_LONG: _("Shorten the name, or check which field holds it."),
    Fault.OUTSIDE_REACH: _("Correct the outline, or check the coordinate system; others keep what lies outside."),
    Fault.OVERLAID: _("Move the border between the two; a point dragged onto one of the other is shared."),
    Fault.GAP: _("Draw the border so that neighbours share their points, or fill the gap."),
    Fault.ZONE_RULE: _("Write forbidden or allowed into the field rule."),
    Fault.ZONE_HOURS: _(
        "Write both from_hour and to_hour as in 20:00, 02:00 (the next day) or 24:00, or neither for the whole day."
    ),
    Fault.ZONE_DAYS: _("Write from_day and to_day as in 2027-02-10, the last day not before the first."),
}


class FileFault(TextChoices):
    """Why a file of a layer cannot be used as a whole; `FILE_ADVICE` says what to do."""

    TOO_LARGE = "too_large", _("It is larger than is accepted.")
    TOO_LARGE_UNPACKED = "too_large_unpacked", _("Unpacked it is larger than is accepted.")
    TOO_MANY_FEATURES = "too_many_features", _("It has more features than are accepted.")
    TOO_MANY_POSITIONS = "too_many_positions", _("Its outlines have more points than are accepted.")
    TOO_COSTLY = "too_costly", _("Reading it takes more time or memory than is allowed.")
    EMPTY = "empty", _("It has no features.")
    NOT_KNOWN = "not_known", _("It is neither GeoJSON nor GeoPackage nor a zip archive.")
    NOT_UTF8 = "not_utf8", _("It is not written in UTF-8.")
    NO_COLLECTION = "no_collection", _("It is JSON, but neither a FeatureCollection nor a Feature.")
    NO_GEOPACKAGE = "no_geopackage", _("It is a SQLite file, but no GeoPackage with features.")
    BROKEN_ZIP = "broken_zip", _("The zip archive is broken.")
    ENCRYPTED = "encrypted", _("The zip archive needs a password.")
    NO_SHAPEFILE = "no_shapefile", _("The zip archive has no Shapefile (.shp).")
    PART_MISSING = "part_missing", _("A part of the Shapefile is missing.")
    PARTS_DIFFER = "parts_differ", _("The Shapefile has another number of shapes than of records.")
    SEVERAL_LAYERS = "several_layers", _("It has several layers.")
    NO_SUCH_LAYER = "no_such_layer", _("It has no layer of this name.")
    NO_SYSTEM = "no_system", _("It does not say in which coordinate system it is.")
    UNKNOWN_SYSTEM = "unknown_system", _("Its coordinate system is not known.")
    BROKEN = "broken", _("It is broken.")


_SMALLER = _("Send it in parts, or with fewer points.")
_AGAIN = _("Export it again, or save it in another of the three formats.")
_NAME_ONE = _("Write the name of the layer into the field for it.")
_NAME_SYSTEM = _("Choose the coordinate system; whoever made the file knows it.")
FILE_ADVICE = {
    FileFault.TOO_LARGE: _SMALLER,
    FileFault.TOO_LARGE_UNPACKED: _SMALLER,
    FileFault.TOO_MANY_FEATURES: _SMALLER,
    FileFault.TOO_MANY_POSITIONS: _SMALLER,
    FileFault.TOO_COSTLY: _SMALLER,
    FileFault.EMPTY: _("Choose the layer that has features when you export."),
    FileFault.NOT_KNOWN: _("Send a .geojson, a .gpkg, or a .zip with .shp, .dbf and .prj."),
    FileFault.NOT_UTF8: _("Export GeoJSON in UTF-8."),
    FileFault.NO_COLLECTION: _("Export as GeoJSON (a FeatureCollection)."),
    FileFault.NO_GEOPACKAGE: _AGAIN,
    FileFault.BROKEN_ZIP: _AGAIN,
    FileFault.ENCRYPTED: _("Pack it without a password."),
    FileFault.NO_SHAPEFILE: _("Pack .shp, .dbf, .shx and .prj of one name into the archive."),
    FileFault.PART_MISSING: _("Pack .shp, .dbf, .shx and .prj of one name into the archive."),
    FileFault.PARTS_DIFFER: _AGAIN,
    FileFault.SEVERAL_LAYERS: _NAME_ONE,
    FileFault.NO_SUCH_LAYER: _NAME_ONE,
    FileFault.NO_SYSTEM: _NAME_SYSTEM,
    FileFault.UNKNOWN_SYSTEM: _NAME_SYSTEM,
    FileFault.BROKEN: _AGAIN,
}


class FileNote(TextChoices):
    """What the sender of a file should know of how it was read."""

    HEIGHT_DROPPED = "height_dropped", _("Heights or measures were left out; features that had them:")
    INEXACT = "inexact", _("Converted without exact parameters, so it may be metres off; compare on the map:")
    ENCODING = "encoding", _("Encoding of the texts:")


class Effect(TextChoices):
    """What a draft does to a feature of the layer."""

    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    REMOVED = "removed", _("Ends")
