from django.utils.translation import gettext_lazy as _

from citygrid.kernel.permissions import declare

VIEW = declare("inventory.component:view", _("See components"))
MANAGE = declare("inventory.component:manage", _("Register and change components"))
