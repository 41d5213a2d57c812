from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Invalid


class WrongParams(Invalid):
    """A notice that its template cannot say: the template is unknown, or a field is missing or of another kind."""

    code = "notices.wrong_params"
    message = _("The notice does not fit its template: %(reason)s")
