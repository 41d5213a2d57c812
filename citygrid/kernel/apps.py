from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "citygrid.kernel"
    default_auto_field = "django.db.models.BigAutoField"
