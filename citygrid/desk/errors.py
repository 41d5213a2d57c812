from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Conflict, Invalid


class ViewUnfit(Invalid):
    code = "desk.view_unfit"
    message = _("A view needs a name, and an address of at most %(most)s characters.")


class TooManyViews(Conflict):
    code = "desk.too_many_views"
    message = _("You keep %(most)s views, which is as many as one may.")
    hint = _("Drop one that you no longer use.")


class KeysUnfit(Invalid):
    code = "desk.keys_unfit"
    message = _("These need a letter that nothing else on the page must have: %(codes)s.")
    hint = _("Choose a letter from a to z. The letters that move about in a list are for nothing else.")


class NoUnitNamed(Invalid):
    code = "desk.no_unit_named"
    message = _("Neither the rules nor the filing condition name one unit.")
    hint = _("Open the case and choose the unit there.")


class ReturnedBefore(Invalid):
    code = "desk.returned_before"
    message = _("%(unit)s returned it: %(reason)s")
    hint = _("Open the case and choose another unit there.")
