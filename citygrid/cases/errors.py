from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Conflict, Invalid, NotPermitted


class CaseMoved(Conflict):
    """Somebody acted first: the answer says who, what and when.

    Its facts: `head_seq` and `state` of the case now, and of its `last` step the `action`, `label` and `at`.
    """

    code = "cases.case_moved"
    message = _("“%(action)s” is not possible any more: %(label)s did “%(last_action)s” at %(at)s.")

    def __init__(self, *, facts: Mapping[str, Any], **params: Any) -> None:
        self.facts = facts
        super().__init__(**params)


class TimeBackwards(Conflict):
    """A step cannot be taken before the one it follows."""

    code = "cases.time_backwards"
    message = _("This step is dated before the last one (%(at)s).")
    hint = _("Load the page again and take the step once more. If it happens again, check the clocks of the servers.")


class OtherAxis(NotPermitted):
    """One account acts on one axis of a case: who handles it neither directs nor judges it."""

    code = "cases.other_axis"
    message = _("You have already acted on this case for another side.")
    hint = _("Supervision, command and handling of one case belong to different people. Leave it to a colleague.")


class UnitUnknown(Invalid):
    code = "cases.unit_unknown"
    message = _("This unit does not exist or is closed.")


class UnitElsewhere(Invalid):
    code = "cases.unit_elsewhere"
    message = _("No post of %(unit)s could take the case: none handles cases of this category in this place.")
    hint = _("Choose one of the units that the form offers, or have a post made that handles such cases there.")


class ReasonMissing(Invalid):
    code = "cases.reason_missing"
    message = _("A reason is needed: why the case is kept from the public, or shown again.")


class PostUnfit(Invalid):
    code = "cases.post_unfit"
    message = _(
        "This post cannot take the task: nobody holds it, it does not work there, or it acted for another side."
    )
    hint = _("Choose one of the posts that the form offers.")


class CrewBusy(Conflict):
    code = "cases.crew_busy"
    message = _("This crew has open work on the case already.")
    hint = _("Wait until it is done, or take it back first.")


class StandardMismatch(Invalid):
    code = "cases.standard_mismatch"
    message = _("This filing condition does not belong to the category of the case.")


class UntilInvalid(Invalid):
    code = "cases.until_invalid"
    message = _("The end date must lie in the future and within a year.")


class CategoryUnfit(Invalid):
    code = "cases.category_unfit"
    message = _("A case cannot get this category: it is not in use, or its cases follow another procedure.")
    hint = _("Choose another category, or declare the case void and accept its report anew.")


class PlaceUnknown(Invalid):
    code = "cases.place_unknown"
    message = _("This place is not known: a position needs longitude and latitude inside a district served here.")


class OtherDistrict(Invalid):
    code = "cases.other_district"
    message = _("This place lies in another district. A case stays in the district whose number it has.")
    hint = _("Declare the case void, and report the matter where it belongs.")


class ComponentUnknown(Invalid):
    code = "cases.component_unknown"
    message = _("This component is not in the inventory of the areas of your post, or it was removed.")
    hint = _("Choose one of those nearby, or leave the component open.")


class ComponentUnfit(Invalid):
    code = "cases.component_unfit"
    message = _("This component is of another category than the case.")
    hint = _("Choose a component of the case's category, or correct the category.")


class ComponentElsewhere(Invalid):
    code = "cases.component_elsewhere"
    message = _("This component stands in another district than the case.")
    hint = _("Choose one of those nearby, or leave the component open.")


class NothingCorrected(Invalid):
    code = "cases.nothing_corrected"
    message = _("Nothing would change: category, component, place and address are as you say already.")


class AlreadyPart(Conflict):
    code = "cases.already_part"
    message = _("A case is part of one other case, and two cases are not parts of each other.")


class HistoryInvalid(Invalid):
    """A past that no case can have (a step that does not fit the state before it)."""

    code = "cases.history_invalid"
