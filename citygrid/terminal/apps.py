from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TerminalConfig(AppConfig):
    """The phones of those who work outside."""

    name = "citygrid.terminal"
    label = "terminal"
    verbose_name = _("Terminal")
