from django.utils.translation import gettext_lazy as _

from citygrid.kernel.permissions import declare

VIEW = declare("cases.case:view", _("See cases"))
OPEN = declare("cases.case:open", _("Open cases"))
ACT = declare("cases.case:act", _("Act on cases"))
VERIFY_HISTORY = declare("cases.history:verify", _("Prove the history of cases"))
