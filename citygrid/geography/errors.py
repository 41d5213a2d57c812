"""What geography refuses."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from citygrid.geography.choices import FILE_ADVICE, FileFault
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


class UnusableFile(Invalid):
    """`kind` is the stable code."""

    code = "geography.unusable_file"
    message = _("The file cannot be used: %(reason)s")

    def __init__(self, kind: FileFault, detail: str = "") -> None:
        self.kind = kind
        super().__init__(f"{kind.label} ({detail})" if detail else kind.label)

    @property
    def advice(self) -> str:
        return str(FILE_ADVICE[self.kind])


class DraftBegun(Conflict):
    code = "geography.draft_begun"
    message = _("%(who)s is working on a draft of this layer since %(at)s.")
    hint = _("Go on with this draft, or publish it or throw it away first.")


class NoDraft(NotFound):
    code = "geography.no_draft"
    message = _("There is no draft of the layer %(place)s.")
    hint = _("Begin one: change the layer on the map, or send a file in.")


class DraftChanged(Conflict):
    code = "geography.draft_changed"
    message = _("%(who)s changed this draft at %(at)s, after you opened it.")
    hint = _("Load the page again to see the draft as it is now.")


class LayerChanged(Conflict):
    code = "geography.layer_changed"
    message = _("%(who)s changed the layer itself at %(at)s, after this draft was begun.")
    hint = _("Compare the draft with the layer as it is now, and confirm that it still holds; then publish.")


class LaterVersions(Conflict):
    code = "geography.later_versions"
    message = _("A version that begins later is there already: %(codes)s")
    hint = _("Choose a later day, or undo the publication of that version first.")


class DraftFaulty(Conflict):
    code = "geography.draft_faulty"
    message = _("%(count)s faults are left in the draft, so nothing was published.")
    hint = _("Correct what the list names; it shows where each lies.")


class DraftEmpty(Conflict):
    code = "geography.draft_empty"
    message = _("The draft changes nothing.")
    hint = _("Change a feature, or throw the draft away.")


class PublicationBuiltOn(Conflict):
    code = "geography.publication_built_on"
    message = _("This publication cannot be undone: the layer was changed after it.")
    hint = _("Undo the later publication first, or publish a correction.")


class NotDivided(Invalid):
    code = "geography.not_divided"
    message = _("The line does not divide the outline.")
    hint = _("Begin and end the line outside, so that it crosses the outline from side to side.")

    def __init__(self) -> None:
        super().__init__()


class NotNeighbours(Invalid):
    code = "geography.not_neighbours"
    message = _("The outlines do not share a border.")
    hint = _("Choose features that lie side by side.")

    def __init__(self) -> None:
        super().__init__()


class UnusableFeatures(Invalid):
    """`findings` says which feature (from 1) and what; each is a `rules.validation.Finding`."""

    code = "geography.unusable_features"
    message = _("Features cannot be used: %(reason)s")
    hint = _("Correct them and save again.")

    def __init__(self, findings: Any) -> None:
        self.findings = findings
        super().__init__(
            "; ".join(f"{one.code or one.feature}: {one.fault.label} {one.detail}".strip() for one in findings)
        )
