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


class Flaw(models.TextChoices):
    """What was wrong with a report. Its reporter is told, with what to do better; it is counted for posts alone."""

    WRONG_CATEGORY = "wrong_category", _("Wrong category")
    WRONG_PLACE = "wrong_place", _("Wrong place")
    NO_EVIDENCE = "no_evidence", _("No evidence")
    REPEATED = "repeated", _("Repeated report")


ADVICE = {  # what to do better next time; a notice cuts its words at 200 characters
    Flaw.WRONG_CATEGORY: _("Choose the category of what is seen; leave it open when in doubt."),
    Flaw.WRONG_PLACE: _("Put the mark where the problem is, not where you stand."),
    Flaw.NO_EVIDENCE: _("Add a photo that shows the problem and its surroundings."),
    Flaw.REPEATED: _("Look at the open cases nearby first; this one was known."),
}
THANKS = _("Thank you for reporting it.")


class FocusState(models.TextChoices):
    """What has become of a line of what to look for."""

    PROPOSED = "proposed", _("Proposed")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")
