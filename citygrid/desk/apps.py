from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """The pages of the staff; no tables, no rules of its own."""

    name = "citygrid.desk"
    label = "desk"
    verbose_name = _("Desk")
