from django.utils.translation import gettext_lazy as _

from citygrid.kernel.permissions import declare

VIEW = declare("intake.report:view", _("See reports"))
RECEIVE = declare("intake.report:receive", _("Enter reports"))
TRIAGE = declare("intake.report:triage", _("Accept, join or refuse reports"))
REVEAL = declare("intake.contact:reveal", _("Reveal a reporter's contact data"))
VIEW_QUALITY = declare("intake.quality:view", _("See how many reports of each post were corrected, and why"))
PUBLISH_FOCUS = declare("intake.focus:publish", _("Publish what posts are to look for, where and when"))
