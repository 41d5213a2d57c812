from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """The pages of the staff; its only table keeps views of lists."""

    name = "citygrid.desk"
    label = "desk"
    verbose_name = _("Desk")
