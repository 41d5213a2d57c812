from django.db import models
from django.utils.translation import gettext_lazy as _

from citygrid.cases.choices import Source


class Speaks(models.TextChoices):
    """For whom an outside application speaks: it decides the channel of what it reports."""

    RESIDENTS = Source.INTERNET.value, _("Residents")
    SYSTEM = Source.EXCHANGE.value, _("Another system")


class PushState(models.TextChoices):
    """What became of a case that another city shall have."""

    WAITING = "waiting", _("To be sent")
    SENT = "sent", _("Sent to another city")
    REFUSED = "refused", _("Refused by another city")
