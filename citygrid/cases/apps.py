from importlib import import_module

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "citygrid.cases"

    def ready(self) -> None:
        import_module("citygrid.cases.handlers")
