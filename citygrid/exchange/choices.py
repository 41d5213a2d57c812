from django.db import models
from django.utils.translation import gettext_lazy as _

from citygrid.cases.choices import Source


class Speaks(models.TextChoices):
    """For whom an outside application speaks: it decides the channel of what it reports."""

    RESIDENTS = Source.INTERNET.value, _("Residents")
    SYSTEM = Source.EXCHANGE.value, _("Another system")
