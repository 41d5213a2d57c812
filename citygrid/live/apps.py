from django.apps import AppConfig


class LiveConfig(AppConfig):
    """What changes, told to the pages that are open; owns no tables."""

    name = "citygrid.live"
    label = "live"
