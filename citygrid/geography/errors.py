"""What geography refuses."""

from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Conflict, Invalid, NotFound


class UnknownPlace(NotFound):
    code = "geography.unknown_place"
    message = _("There is no area, grid or layer with the code %(place)s.")
    hint = _("Check the code, or import the area first.")


class NoPlaceThere(NotFound):
    code = "geography.no_place_there"
    message = _("This position lies in no district that is served here.")
    hint = _("Check longitude, latitude and frame.")


class AlreadyThere(Conflict):
    code = "geography.already_there"
    message = _("There is already one with the code %(place)s.")
    hint = _("Choose another code, or change the existing one.")


class OverlappingValidity(Conflict):
    code = "geography.overlapping_validity"
    message = _("Feature %(place)s has a version that is valid in part of this time.")
    hint = _("End the earlier version first.")


class UnusableGeometry(Invalid):
    code = "geography.unusable_geometry"
    message = _("The geometry cannot be used: %(reason)s")
    hint = _("Correct the outline and send it again.")
