from importlib import import_module

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "citygrid.intake"

    def ready(self) -> None:
        import_module("citygrid.intake.handlers")
