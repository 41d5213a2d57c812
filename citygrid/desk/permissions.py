from django.utils.translation import gettext_lazy as _

from citygrid.kernel.permissions import declare

SHARE_VIEWS = declare("desk.view:share", _("Share views of lists with the posts of one's area"))
