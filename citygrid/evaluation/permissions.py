from django.utils.translation import gettext_lazy as _

from citygrid.kernel.permissions import declare

VIEW = declare("evaluation.league:view", _("See rates and scores, within the reach of the post"))
MANAGE = declare("evaluation.definition:manage", _("Load definitions and scores, and count everything anew"))
