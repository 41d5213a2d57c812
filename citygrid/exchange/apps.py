from importlib import import_module

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "citygrid.exchange"

    def ready(self) -> None:
        import_module("citygrid.exchange.handlers")
