from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Conflict, Invalid


class OutsideDistrict(Invalid):
    code = "intake.outside_district"
    message = _("This place lies in no district that is served here.")
    hint = _("Check the position on the map and send the report again.")


class SwappedCoordinates(OutsideDistrict):
    code = "intake.swapped_coordinates"
    message = _("This place lies in no district served here; longitude and latitude seem to be swapped.")


class PlaceMissing(Invalid):
    code = "intake.place_missing"
    message = _("A report needs a place: a position, or at least the area.")


class TextMissing(Invalid):
    code = "intake.text_missing"
    message = _("A report needs some words about what is wrong.")


class TextTooLong(Invalid):
    code = "intake.text_too_long"
    message = _("The description is longer than %(most)s characters.")


class AlreadyTriaged(Conflict):
    code = "intake.already_triaged"
    message = _("This report was decided before: %(state)s.")


class CaseNotOpen(Conflict):
    code = "intake.case_not_open"
    message = _("Only an open case can take a further report.")
