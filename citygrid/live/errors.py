from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Refusal


class TooManyStreams(Refusal):
    code, status = "live.too_many_streams", 429
    message = _("This account has too many pages open that wait for news.")
    hint = _("Close some of them. All pages work without news too: load them again to see what is new.")


class NoMoreStreams(Refusal):
    code, status = "live.no_more_streams", 503
    message = _("More pages wait for news than the platform can tell.")
    hint = _("The pages work without news too: load them again to see what is new.")
