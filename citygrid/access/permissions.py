"""What this module lets posts do. Roles are granted these, and those of all other modules, in data/roles.yaml."""

from django.utils.translation import gettext_lazy as _

from citygrid.kernel.permissions import declare

MANAGE_ORGANISATIONS = declare("access.organisation:manage", _("Create and move organisations"))
MANAGE_ACCOUNTS = declare("access.account:manage", _("Create accounts and close them"))
MANAGE_POSTS = declare("access.post:manage", _("Create posts and say who holds them"))
READ_AUDIT = declare("access.audit:read", _("Read and verify the audit trail"))
MANAGE_TOKENS = declare("access.token:manage", _("Issue and revoke tokens of devices and other systems"))
