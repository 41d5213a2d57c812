from django.utils.translation import gettext_lazy as _

from citygrid.kernel.permissions import declare

MANAGE_STANDARDS = declare("catalogue.standard:manage", _("Publish categories and filing standards"))
VIEW_STANDARDS = declare("catalogue.standard:view", _("See categories and filing standards"))
