"""What is wrong with a field of a call, in the caller's language: one sentence for each kind of fault."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Words

NOT_A_DAY, BOX_OPEN = "not_a_day", "box_open"  # our own kinds, beside those of the validator
WORDS: dict[str, Promise | str] = {
    "missing": _("This is missing."),
    "extra_forbidden": _("There is no such field; look at its spelling."),
    "string_type": _("This must be a text."),
    "string_too_short": _("This must have at least %(min_length)s characters."),
    "string_too_long": _("This may have at most %(max_length)s characters."),
    "string_pattern_mismatch": _("This is not written as it should be; the description of the API says how."),
    "string_unicode": _("This holds characters that are not Unicode text."),
    "int_type": _("This must be a whole number."),
    "int_parsing": _("This must be a whole number."),
    "int_parsing_size": _("This number is too large."),
    "int_from_float": _("This must be a whole number."),
    "float_type": _("This must be a number."),
    "float_parsing": _("This must be a number."),
    "finite_number": _("This must be a number that is not infinite."),
    "greater_than": _("This must be more than %(gt)s."),
    "greater_than_equal": _("This must be at least %(ge)s."),
    "less_than": _("This must be less than %(lt)s."),
    "less_than_equal": _("This may be at most %(le)s."),
    "bool_type": _("This must be true or false."),
    "bool_parsing": _("This must be true or false."),
    "uuid_type": _("This must be an identifier (UUID)."),
    "uuid_parsing": _("This must be an identifier (UUID)."),
    "enum": _("This must be one of: %(expected)s."),
    "literal_error": _("This must be one of: %(expected)s."),
    "list_type": _("This must be a list."),
    "too_long": _("This may have at most %(max_length)s entries."),
    "too_short": _("This must have at least %(min_length)s entries."),
    "model_attributes_type": _("This must be an object with fields."),
    "model_type": _("This must be an object with fields."),
    "dict_type": _("This must be an object with fields."),
    "date_from_datetime_parsing": _("This must be a day as YYYY-MM-DD."),
    "date_parsing": _("This must be a day as YYYY-MM-DD."),
    "datetime_parsing": _("This must be a moment as YYYY-MM-DDThh:mm:ss with a time zone."),
    "datetime_from_date_parsing": _("This must be a moment as YYYY-MM-DDThh:mm:ss with a time zone."),
    NOT_A_DAY: _("This must be a day as YYYY-MM-DD."),
    BOX_OPEN: _("A box needs west, south, east and north."),
}
OTHER = _("This cannot be used here (%(kind)s).")


def words_of(fault: Mapping[str, Any]) -> Words:
    """The sentence for a fault as the validator tells it: its `type`, and its bounds in `ctx`."""
    kind = fault["type"]
    if kind not in WORDS:
        return str(OTHER) % {"kind": kind}
    return str(WORDS[kind]) % {name: _plain(value) for name, value in fault.get("ctx", {}).items()}


def _plain(value: Any) -> str:
    """A bound as it is written: no ".0", and of choices only the commas between them."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("'", "").replace(" or ", ", ")
