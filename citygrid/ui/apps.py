"""Wiring of the module."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    """Templates, tags and helpers that every surface draws with; no tables, no business words."""

    name = "citygrid.ui"
    label = "ui"
    verbose_name = _("User interface")
