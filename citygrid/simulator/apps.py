from django.apps import AppConfig


class SimulatorConfig(AppConfig):
    name = "citygrid.simulator"
