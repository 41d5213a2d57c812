from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommandConfig(AppConfig):
    """The page across a room."""

    name = "citygrid.command"
    label = "command"
    verbose_name = _("Command page")
