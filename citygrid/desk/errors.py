from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Conflict, Invalid


class ViewUnfit(Invalid):
    code = "desk.view_unfit"
    message = _("A view needs a name, and an address of at most %(most)s characters.")


class TooManyViews(Conflict):
    code = "desk.too_many_views"
    message = _("You keep %(most)s views, which is as many as one may.")
    hint = _("Drop one that you no longer use.")
