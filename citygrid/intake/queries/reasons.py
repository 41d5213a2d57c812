"""Reasons that are given again and again, offered as one press; any other is written."""

from django.utils.translation import gettext_lazy as _

from citygrid.intake.choices import Flaw

NO_PLACE = _("The place cannot be found from what was said.")
NOT_SHOWN = _("What was sent does not show the problem.")
KNOWN = _("The same was reported before and is dealt with.")

REASONS = {
    "return": (
        _("Not within this unit's duty."),
        _("The place is not within this unit's area."),
        _("What was reported was not found on the spot."),
    ),
    "void": (
        _("What was reported was not found on the spot."),
        _("The matter is known already and dealt with elsewhere."),
        _("This is no matter of city management."),
    ),
    "refuse": (
        NO_PLACE,
        _("This is no matter of city management."),
        KNOWN,
        NOT_SHOWN,
    ),
    "correct": (
        _("As the photo shows."),
        _("As the reporter said when asked."),
        _("As the map shows."),
    ),
    "send_back_to_file": (
        _("The filing condition does not fit what happened."),
        _("The category or the place is wrong."),
        _("No unit is responsible for this."),
    ),
    "fail_check": (
        _("The problem is still there."),
        _("Only a part of the problem was dealt with."),
    ),
    "rework": (
        _("The problem is still there."),
        _("Only a part of the problem was dealt with."),
    ),
    "extend": (
        _("Materials or parts must be ordered."),
        _("The weather does not allow the work."),
        _("Another unit must do its part first."),
    ),
    "hang": (
        _("The weather does not allow the work."),
        _("Another unit must do its part first."),
    ),
    "decline": (_("The reason given does not suffice."), _("The time that is left suffices.")),
}

# What a usual reason says was wrong with a report, so that nobody has to say it twice.
FLAWS = {NO_PLACE: Flaw.WRONG_PLACE, NOT_SHOWN: Flaw.NO_EVIDENCE, KNOWN: Flaw.REPEATED}


def reasons_for(code: str, phase: str = "") -> list[str]:
    """The usual reasons of an action in the active language; none for most."""
    return [str(each) for each in REASONS.get(phase) or REASONS.get(code, ())]
