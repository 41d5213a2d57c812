"""What this module lets a post do. Reading places is open to everybody."""

from django.utils.translation import gettext_lazy as _

from citygrid.kernel.permissions import declare

DEFINE_AREAS = declare("geography.area:define", _("Define areas and grids"))
DEFINE_LAYERS = declare("geography.layer:define", _("Define layers and their features"))
