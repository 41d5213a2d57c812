"""What can be refused: every refusal has a stable code, a status, and words that say what to do."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """Something was asked that the rules do not allow. Nothing of it was kept.

    Modules subclass it in their errors.py. `message`, `kept` and `hint` may name constructor parameters as %(name)s.
    """

    code = "kernel.refused"
    status = 400
    message: Words = _("This cannot be done.")
    kept: Words = _("Nothing was changed.")
    hint: Words = ""

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
    code, status = "kernel.not_found", 404
    message = _("There is no such %(what)s, or your post may not see it.")
    hint = _("Check the number, or choose another of your posts.")


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
