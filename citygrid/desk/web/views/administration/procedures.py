"""A version of a procedure: written or sent as a file, seen with all that is wrong or changes, and published."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from citygrid.desk.web.differences import difference_table
from citygrid.desk.web.shell import draw, standing
from citygrid.kernel.errors import Conflict
from citygrid.kernel.web import requires
from citygrid.workflow import queries, services
from citygrid.workflow.errors import ProcedureInvalid
from citygrid.workflow.permissions import MANAGE

MOST_CHARACTERS = 200_000


class ProcedureForm(forms.Form):
    """A document, written here or as a file."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        help_text=gettext_lazy("YAML, as data/procedures has it. It takes the place of the text."),
    )
    text = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"class": "code", "spellcheck": "false", "style": "min-height: 24rem"}),
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if file := given.get("file"):
            try:
                given["text"] = file.read(MOST_CHARACTERS).decode()
            except UnicodeDecodeError:
                self.add_error("file", _("It is not text in UTF-8."))
        if not given.get("text") and not self.errors:
            self.add_error("text", _("A value is needed."))
        return given


@requires(MANAGE)
@never_cache
@require_http_methods(["GET", "POST"])
def new_version(request: Any) -> HttpResponse:
    """The newest version as a text to change; what was sent is shown with its picture and its differences."""
    code = request.GET.get("code", "")
    form = ProcedureForm(request.POST or None, request.FILES or None)
    problems: list[str] = []
    shown: dict[str, Any] = {}
    if form.is_valid():
        try:
            text = form.cleaned_data["text"]
            document, procedure = queries.read_text(text)
            if request.POST.get("act") == "publish":
                return _published(request, document)
            shown = _seen(request, procedure, text)
        except ProcedureInvalid as refusal:
            problems = refusal.problems
        except Conflict:
            problems = [_("This version was published with other content: give it the next number.")]
    elif not form.is_bound:
        form.initial["text"] = queries.draft(code) if code else ""
    status = 422 if form.errors or problems else 200
    return draw(
        request, "desk/administration/procedure.html", {"form": form, "problems": problems, **shown}, status=status
    )


def _published(request: Any, document: Any) -> HttpResponse:
    found = services.publish_procedure(document=document, actor=request.actor, now=standing(request).now)
    messages.success(request, _("Published: cases that begin from now on follow it."))
    return redirect("procedure", code=found.code, version=found.version)


def _seen(request: Any, procedure: queries.Procedure, text: str) -> dict[str, Any]:
    """What a document that can be published shows: its picture, and what differs from the newest version."""
    known = procedure.code in {code for code, _version in queries.procedures()}
    return {
        "procedure": procedure,
        # Drawn and escaped by the engine from a document that was validated.
        "picture": SafeString(queries.picture(procedure, get_language() or "zh-hans")),  # noqa: S308
        "table": difference_table(request, queries.procedure(procedure.code), procedure) if known else None,
        "text": text,
    }
