from django.utils.translation import gettext_lazy as _

from citygrid.kernel.permissions import declare

RECEIVE = declare("evidence.photo:receive", _("Hand in photos"))
VIEW_ORIGINAL = declare("evidence.original:view", _("Download original photos with their metadata"))
SCRUB = declare("evidence.store:scrub", _("Check stored photos against their hashes"))
SEND_STREAM = declare("evidence.stream:send", _("Send live video"))
WATCH_STREAM = declare("evidence.stream:watch", _("Watch live video of the area"))
REDACT = declare("evidence.photo:redact", _("Hide parts of photos and films in their public copy"))
