from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """The pages of everybody."""

    name = "citygrid.portal"
    label = "portal"
    verbose_name = _("Portal")
