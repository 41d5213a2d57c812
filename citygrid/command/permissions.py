from django.utils.translation import gettext_lazy as _

from citygrid.kernel.permissions import declare

VIEW = declare("command.page:view", _("See the command page"))
