from importlib import import_module

from django.apps import AppConfig


class DispatchConfig(AppConfig):
    name = "citygrid.dispatch"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("citygrid.dispatch.handlers")
