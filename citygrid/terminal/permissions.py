from django.utils.translation import gettext_lazy as _

from citygrid.kernel.permissions import declare

USE = declare("terminal.app:use", _("Work outside with the terminal"))
OVERSEE_PATROLS = declare("terminal.patrol:oversee", _("See how long and how far each post was on patrol, in sums"))
