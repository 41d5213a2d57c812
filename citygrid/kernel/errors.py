"""What can be refused: every refusal has a stable code, a status, and words that say what to do."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """Something was asked that the rules do not allow. Nothing of it was kept.

    Modules subclass it in their errors.py. `message`, `kept` and `hint` may name constructor parameters as %(name)s.
    `facts` are what a program is told besides, as members of the problem (RFC 9457, 3.2).
    """

    code = "kernel.refused"
    status = 400
    message: Words = _("This cannot be done.")
    kept: Words = _("Nothing was changed.")
    hint: Words = ""
    facts: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, **params: Any) -> None:
        self.params = params
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message) % self.params if self.params else str(self.message)

    @property
    def advice(self) -> str:
        """What to do next, in the active language."""
        return str(self.hint) % self.params if self.params else str(self.hint)


class NotPermitted(Refusal):
    code, status = "kernel.not_permitted", 403
    message = _("Your post may not do this (%(permission)s).")
    hint = _("Choose another of your posts, or ask your security administrator.")


class NotFound(Refusal):
    """`what` is a word for the kind of thing; `name` is the code or key it was asked for by, where that tells more."""

    code, status = "kernel.not_found", 404
    message = _("There is no such %(what)s, or your post may not see it.")
    hint = _("Check the number, or choose another of your posts.")

    def __init__(self, *, what: Words = "", name: str = "", **params: Any) -> None:
        super().__init__(what=format_lazy("{} {}", what, name) if name else what, **params)


class Invalid(Refusal):
    """Input that cannot be used; `fields` maps a field's name to words."""

    code, status = "kernel.invalid", 400
    message = _("Some of the input cannot be used: %(reason)s")
    hint = _("Correct it and send it again.")

    def __init__(self, reason: Words = "", fields: dict[str, Words] | None = None, **params: Any) -> None:
        self.fields = fields or {}
        self.reason = reason
        super().__init__(reason=reason or "; ".join(str(words) for words in self.fields.values()), **params)


class Conflict(Refusal):
    code, status = "kernel.conflict", 409
    message = _("Somebody else was first.")
    hint = _("Load the page again to see what happened.")


class KeyReused(Conflict):
    code = "kernel.key_reused"
    message = _("This key was used before with other content.")
    hint = _("Send the same content again, or use a new key.")


class SignedOut(Refusal):
    code, status = "kernel.signed_out", 401
    message = _("You are signed out.")
    hint = _("Sign in and do it again.")


class Unreadable(Refusal):
    code = "kernel.unreadable"
    message = _("Something in the request is missing or not of the kind we expect.")
    hint = _("Go back, check what you entered, and send it again.")


class Closed(Refusal):
    code, status = "kernel.closed", 403
    message = _("The post you act as now may not see or do this.")
    hint = _("Go to the home page and change to another post, or ask your administrator for the right.")


class AddressUnknown(Refusal):
    code, status = "kernel.address_unknown", 404
    message = _("Nothing is kept under this address, or your post may not see it.")
    hint = _("Check the address, or search for the number.")


class MethodNotAllowed(Refusal):
    code, status = "kernel.method_not_allowed", 405
    message = _("This address does not take %(method)s requests.")
    hint = _("Go back to the page you came from and use its buttons; a program finds the methods in the Allow header.")


class BodyTooBig(Refusal):
    code, status = "kernel.body_too_big", 413
    message = _("The request is bigger than is accepted.")
    hint = _("Shorten the text or send less at once.")


class MediaTypeUnknown(Refusal):
    code, status = "kernel.media_type_unknown", 415
    message = _("The content of the request is not of a kind this address takes.")
    hint = _("Send JSON with the header “Content-Type: application/json”.")


class TooManyCalls(Refusal):
    code, status = "kernel.too_many_calls", 429
    message = _("Too many calls without a valid token from this address.")
    hint = _("Wait a minute, then go on more slowly.")


class TooOften(Refusal):
    """A limit was passed. `facts`: a "challenge" (limits.solve) that lets it through now, "retry_after" in seconds."""

    code, status = "kernel.too_often", 429
    message = _("This was done too often from this address or with this key.")
    hint = _("Wait %(minutes)s min, or let your program solve the challenge and send it again at once.")

    def __init__(self, *, challenge: str, retry_after: int) -> None:
        self.facts = {"challenge": challenge, "retry_after": retry_after}
        super().__init__(minutes=-(-retry_after // 60))


class Broken(Refusal):
    code, status = "kernel.broken", 500
    message = _("The server met an error it did not expect. It has been written down.")
    kept = _("Everything saved before is safe; this last action was not carried out, not even in part.")
    hint = _("Wait a minute and try again. If it comes back, tell your administrator the time and what you did.")


class Unavailable(Refusal):
    code, status = "kernel.unavailable", 503
    message = _("The database does not answer at the moment.")
    kept = _(
        "Everything saved before is safe. Whether this last action was carried out cannot be said: look before you "
        "repeat it."
    )
    hint = _("Wait a minute and try again. A report sent again with the same key is never stored twice.")
