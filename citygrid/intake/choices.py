from django.db import models
from django.utils.translation import gettext_lazy as _


class ReportState(models.TextChoices):
    """What became of a report. The reporter sees it by the receipt."""

    RECEIVED = "received", _("Received")
    ACCEPTED = "accepted", _("Became a case")
    JOINED = "joined", _("Joined to a case")
    REFUSED = "refused", _("Not accepted")


class ReportAction(models.TextChoices):
    """What was done with a report."""

    CORRECT = "correct", _("Corrected")
    ACCEPT = "accept", _("Accepted as a case")
    JOIN = "join", _("Joined to a case")
    REFUSE = "refuse", _("Not accepted")
    UNJOIN = "unjoin", _("Joining undone")
    CORRECT_CASE = "correct_case", _("Its case corrected")
    VOID_CASE = "void_case", _("Its case declared void")
