from django.utils.translation import gettext_lazy as _

from citygrid.kernel.permissions import declare

VIEW = declare("cases.case:view", _("See cases"))
OPEN = declare("cases.case:open", _("Open cases"))
ACT = declare("cases.case:act", _("Act on cases"))
OVERSEE_TASKS = declare(
    "cases.task:oversee", _("See the tasks of field posts, how many each has, and the sheet of a shift")
)
WITHHOLD = declare("cases.case:withhold", _("Keep a case from the public, or show it again"))
VERIFY_HISTORY = declare("cases.history:verify", _("Prove the history of cases"))
