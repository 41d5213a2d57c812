from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommandConfig(AppConfig):
    """The page across a room."""

    name = "citygrid.command"
    label = "command"
    verbose_name = _("Command page")

    def ready(self) -> None:
        """Subscribe to what live video announces."""
        import_module("citygrid.command.handlers")
