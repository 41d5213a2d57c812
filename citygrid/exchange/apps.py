from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "citygrid.exchange"
