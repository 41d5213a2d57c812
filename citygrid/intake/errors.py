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


class PlaceContradicted(Invalid):
    code = "intake.place_contradicted"
    message = _("The position lies in %(there)s, not in %(given)s.")
    hint = _("Leave out the area, or correct the position.")


class TextMissing(Invalid):
    code = "intake.text_missing"
    message = _("A report needs some words about what is wrong.")


class TextTooLong(Invalid):
    code = "intake.text_too_long"
    message = _("A text is longer than the %(most)s characters that are allowed.")


class AlreadyTriaged(Conflict):
    code = "intake.already_triaged"
    message = _("This report was decided before: %(state)s.")


class ReportMoved(Conflict):
    """Somebody acted first: the answer says who, what and when."""

    code = "intake.report_moved"
    message = _("Not done, for somebody was first: %(label)s did “%(action)s” at %(at)s.")


class NotJoined(Conflict):
    code = "intake.not_joined"
    message = _("This report is not joined to a case: %(state)s.")


class SameCase(Conflict):
    code = "intake.same_case"
    message = _("The report is joined to this case already.")


class BeforeReceived(Conflict):
    code = "intake.before_received"
    message = _("A report cannot be decided before it was received.")
    hint = _("Load the page again. If it happens again, check the clocks of the servers.")


class CaseNotOpen(Conflict):
    code = "intake.case_not_open"
    message = _("Only an open case can take a further report.")


class TextUnusable(Invalid):
    code = "intake.text_unusable"
    message = _("The text holds characters that cannot be stored.")


class NotHandledHere(Conflict):
    code = "intake.not_handled_here"
    message = _("Your post cannot say that it dealt with this on the spot: category or place does not allow it.")
    hint = _("Send it as a report.")


class CategoryUnknown(Invalid):
    code = "intake.category_unknown"
    message = _("Choose a category that is in use.")


class ChannelUnknown(Invalid):
    code = "intake.channel_unknown"
    message = _("Unknown channel: %(channel)s")


class FrameUnknown(Invalid):
    code = "intake.frame_unknown"
    message = _("Unknown coordinate frame: %(frame)s")


class FlawUnknown(Invalid):
    code = "intake.flaw_unknown"
    message = _("Unknown kind of correction: %(flaw)s")


class FocusNotChosen(Invalid):
    code = "intake.focus_not_chosen"
    message = _("Choose at least one proposal.")


class FocusDates(Invalid):
    code = "intake.focus_dates"
    message = _(
        "The last day must not lie before the first day, nor before today, and at most %(most)s days after it."
    )


class FocusGone(Conflict):
    code = "intake.focus_gone"
    message = _("Some of these lines are not what they were: somebody was first, or the proposals were made anew.")
    hint = _("Load the page again.")
