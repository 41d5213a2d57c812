from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvidenceConfig(AppConfig):
    name = "citygrid.evidence"
    verbose_name = _("Evidence")

    def ready(self) -> None:
        import_module("citygrid.evidence.handlers")
        import_module("citygrid.evidence.media.seek").register()
