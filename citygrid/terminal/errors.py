from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Refusal


class Revoked(Refusal):
    """What the device keeps is to be wiped: nothing is taken from it any more."""

    code, status = "terminal.revoked", 403
    message = _("This device was shut out, or its account was closed.")
    hint = _("Ask your administrator. What is kept on the device is deleted.")
