from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Conflict, Invalid, NotFound, Refusal


class Revoked(Refusal):
    """What the device keeps is to be wiped: nothing is taken from it any more."""

    code, status = "terminal.revoked", 403
    message = _("This device was shut out, or its account was closed.")
    hint = _("Ask your administrator. What is kept on the device is deleted.")


class PatrolTaken(Conflict):
    code = "terminal.patrol_taken"
    message = _("This id is that of another account's patrol.")
    hint = _("Begin the patrol under an id of its own.")


class TimesUnfit(Invalid):
    code = "terminal.times_unfit"
    message = _("A patrol begins before it ends, not long ago, and not tomorrow.")
    hint = _("Check the clock of the phone.")


class AreaUnfit(Invalid):
    code = "terminal.area_unfit"
    message = _("Your post does not work in this area.")
    hint = _("Leave the area out, or choose one of your own.")


class CodeUnknown(NotFound):
    code = "terminal.code_unknown"
    message = _("Nothing stands under this code, or your post may not see it.")
    hint = _("Components, cases, receipts, areas and grids have codes. Check it, or type it in.")
