from django.utils.translation import gettext_lazy as _

from citygrid.kernel.permissions import declare

VIEW = declare("workflow.procedure:view", _("See procedures"))
MANAGE = declare("workflow.procedure:manage", _("Publish procedures"))
