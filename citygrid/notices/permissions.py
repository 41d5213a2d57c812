from django.utils.translation import gettext_lazy as _

from citygrid.kernel.permissions import declare

READ = declare("notices.notice:read", _("Read the notices to oneself"))
MANAGE_TEMPLATES = declare("notices.template:manage", _("Publish the words of notices"))
