from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "citygrid.cases"
