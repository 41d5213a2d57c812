from django.utils.translation import gettext_lazy as _

from citygrid.kernel.permissions import declare

REPLAY = declare("exchange.replay:run", _("Replay past data of another system"))
MANAGE_APPLICATIONS = declare(
    "exchange.application:manage", _("Give keys to outside applications, and take them back")
)
