from django.utils.translation import gettext_lazy as _

from citygrid.kernel.permissions import declare

MANAGE_RULES = declare("dispatch.rule:manage", _("Set up who handles what"))
VIEW_RULES = declare("dispatch.rule:view", _("See who handles what, and why a case was sent there"))
MANAGE_AUTOMATION = declare("dispatch.automation:manage", _("Decide what is dispatched by itself, and train models"))
