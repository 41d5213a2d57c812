"""What can be refused here."""

from django.utils.translation import gettext_lazy as _

from citygrid.kernel.errors import Conflict, Invalid, NotPermitted, Refusal


class WrongCreditCode(Invalid):
    code = "access.wrong_credit_code"
    message = _("%(credit_code)s is not a unified social credit code: its check character is wrong.")


class UnknownRole(Invalid):
    code = "access.unknown_role"
    message = _("There is no role %(role)s.")
    hint = _("The roles stand in data/roles.yaml.")


class AlreadyThere(Conflict):
    code = "access.already_there"
    message = _("%(what)s exists already.")
    hint = _("Use the one that is there, or choose another code.")


class OutsideReach(NotPermitted):
    code = "access.outside_reach"
    message = _("Your post does not reach the area %(area)s.")


class InsideItself(Conflict):
    code = "access.inside_itself"
    message = _("An organisation cannot be moved below itself.")
    hint = _("Choose another parent.")


class AdministratorsExclude(Conflict):
    code = "access.administrators_exclude"
    message = _("This account holds %(held)s; system, security and audit administrator exclude one another.")
    hint = _("End that holding first, or choose another account.")


class AdministratorsApart(Refusal):
    code, status = "access.administrators_apart", 403
    message = _("No administrator gives a new password to one of another kind: they watch each other.")
    hint = _("Who runs the machine sets it: manage.py set_password LOGIN.")


class HeldAlready(Conflict):
    code = "access.held_already"
    message = _("This account holds this post already in those days.")
    hint = _("End that holding first.")


class OwnAccount(Refusal):
    code, status = "access.own_account", 403
    message = _("Nobody closes the account they act with.")
    hint = _("Ask another system administrator.")


class OwnPost(Refusal):
    code, status = "access.own_post", 403
    message = _("Nobody gives a post to themselves.")
    hint = _("Ask another security administrator.")


class SignInRefused(Refusal):
    """Deliberately the same for an unknown login, a wrong password and a closed account."""

    code, status = "access.sign_in_refused", 403
    message = _("Login and password do not match, or the account is closed.")
    kept = _("You are not signed in.")
    hint = _("Check both and try again; a forgotten password is reset by your system administrator.")


class TooManyFailures(Refusal):
    code, status = "access.too_many_failures", 429
    message = _(
        "Too many failed attempts for this login or from this address. Wait %(minutes)s minutes, then try again."
    )
    kept = _("You are not signed in.")
    hint = _("A forgotten password is reset by your system administrator.")


class DeviceTaken(Conflict):
    code = "access.device_taken"
    message = _("This device is enrolled for another account.")
    hint = _("Make another id for the device and enroll it under that.")


class TooManyDevices(Conflict):
    code = "access.too_many_devices"
    message = _("An account works with at most %(most)s devices.")
    hint = _("Revoke those that are not used any more.")


class UnknownScope(Invalid):
    code = "access.unknown_scope"
    message = _("The role does not hold these permissions: %(scopes)s.")


class LinkSpent(Refusal):
    code, status = "access.link_spent", 410
    message = _("This link is spent: it works once, for three days, and not after a sign-in.")
    kept = _("No password was changed.")
    hint = _("Ask your system administrator for another one.")
