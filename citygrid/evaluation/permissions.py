from django.utils.translation import gettext_lazy as _

from citygrid.kernel.permissions import declare

VIEW = declare("evaluation.league:view", _("See rates and scores, within the reach of the post"))
MANAGE = declare("evaluation.definition:manage", _("Load definitions and scores, and count everything anew"))
MANAGE_INDEX = declare("evaluation.index:manage", _("Import the tree and the values of an index"))
PUBLISH_INDEX = declare("evaluation.index:publish", _("Publish an index of a month"))
