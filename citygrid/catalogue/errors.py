from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Conflict, Invalid


class UnusableCatalogue(Invalid):
    """A catalogue folder or a definition cannot be used; `faults` lists every reason."""

    code = "catalogue.unusable"
    message = _("The catalogue cannot be used: %(reason)s")
    hint = _("Correct the lines named and load it again.")

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("; ".join(faults[:20]))


class LaterVersionThere(Conflict):
    code = "catalogue.later_version_there"
    message = _("Standard %(code)s already has a version that begins on %(date)s or ends after that day.")
    hint = _("Choose that day or a later one.")
