from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "citygrid.catalogue"
    default_auto_field = "django.db.models.BigAutoField"
