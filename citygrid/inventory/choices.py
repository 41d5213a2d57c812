"""States and sources of components, with the words of the standard, and what can be wrong with a row."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    INTACT = "intact", _("Intact")
    DAMAGED = "damaged", _("Damaged")
    LOST = "lost", _("Lost")
    ABANDONED = "abandoned", _("Abandoned")
    REMOVED = "removed", _("Removed")


class DataSource(TextChoices):
    SURVEYED = "surveyed", _("Surveyed")
    TOPOGRAPHIC_MAP = "topographic_map", _("Topographic map")
    BASIC_GEODATA = "basic_geodata", _("Basic geodata")
    OTHER = "other", _("Other")


# The values as the standard writes them (GB/T 47678.5-2026, table 2, as transcribed): files hold these words.
STANDARD_WORDS = {
    State.INTACT: "完好",
    State.DAMAGED: "破损",
    State.LOST: "丢失",
    State.ABANDONED: "废弃",
    State.REMOVED: "移除",
    DataSource.SURVEYED: "实测",
    DataSource.TOPOGRAPHIC_MAP: "地形图",
    DataSource.BASIC_GEODATA: "基础地理数据",
    DataSource.OTHER: "其他",
}


class Fault(TextChoices):
    """What can be wrong with a cell; `detail` of a finding names the value or what was expected."""

    MISSING = "missing", _("A value is needed here.")
    TOO_LONG = "too_long", _("The text is longer than the standard allows.")
    BAD_CHARACTERS = "bad_characters", _("The text holds characters that cannot be stored.")
    NOT_A_CODE = "not_a_code", _("The code must have exactly so many digits.")
    ROUNDED = "rounded", _("The spreadsheet rounded this number; format the column as text.")
    NOT_A_NUMBER = "not_a_number", _("This is not a number.")
    NOT_A_DATE = "not_a_date", _("This is not a date (YYYYMMDD).")
    IN_THE_FUTURE = "in_the_future", _("The date lies in the future.")
    BEFORE_INITIAL = "before_initial", _("The change lies before the initial date.")
    UNKNOWN_WORD = "unknown_word", _("This is none of the values of the standard.")
    NOT_IN_DEGREES = "not_in_degrees", _("The coordinate is not in degrees.")
    SWAPPED = "swapped", _("Longitude and latitude seem to be exchanged.")
    OUTSIDE = "outside", _("The point lies in no district that is known.")
    ELSEWHERE = "elsewhere", _("The point lies in another area.")
    OUT_OF_REACH = "out_of_reach", _("Your post does not manage components there.")
    UNKNOWN_CATEGORY = "unknown_category", _("There is no such category of components.")
    OTHER_CATEGORY = "other_category", _("The identifier is of another category.")
    OTHER_DISTRICT = "other_district", _("The identifier is of another district.")
    TAKEN = "taken", _("Another component has this code.")
    TWICE = "twice", _("The file holds this component more than once.")


class Change(TextChoices):
    """What an entry of a component's history tells."""

    ADDED = "added", _("Registered")
    CHANGED = "changed", _("Changed")
    STATE = "state", _("State changed")
