from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Conflict, Invalid


class ComponentInvalid(Invalid):
    """A component that cannot be registered as told; `fields` says what is wrong with which."""

    code = "inventory.component_invalid"
    message = _("The component cannot be registered like this: %(reason)s")


class UnreadableFile(Invalid):
    """A file that holds no rows we can read."""

    code = "inventory.unreadable_file"
    message = _("The file cannot be read: %(reason)s")


class NumbersUsedUp(Conflict):
    code = "inventory.numbers_used_up"
    message = _("All 999,999 numbers of category %(category)s in district %(district)s are used.")
    hint = _("Numbers are never used twice: ask who keeps the coding scheme.")
