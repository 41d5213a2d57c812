"""The words of notices: every kind with what it says now; new words from a moment on, seen before with samples."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from citygrid.desk.web.shell import draw, standing
from citygrid.kernel.errors import Conflict, Invalid
from citygrid.kernel.web import requires
from citygrid.kernel.words import in_language
from citygrid.notices import queries, services
from citygrid.notices.permissions import MANAGE_TEMPLATES
from citygrid.ui.formats import NOTHING, minute
from citygrid.ui.forms import MomentInput
from citygrid.ui.tables import Column, Empty, Table

ROWS = {"rows": 3}


class WordsForm(forms.Form):
    """The words of a kind of notice, and the moment from which they hold. What they may say is judged by `notices`."""

    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), strip=True)
    text_zh = forms.CharField(label=gettext_lazy("Chinese text"), strip=True, widget=forms.Textarea(attrs=ROWS))
    name_en = forms.CharField(label=gettext_lazy("English name"), strip=True)
    text_en = forms.CharField(label=gettext_lazy("English text"), strip=True, widget=forms.Textarea(attrs=ROWS))
    holds_from = forms.DateTimeField(
        label=gettext_lazy("In force from"),
        required=False,
        widget=MomentInput(),
        help_text=gettext_lazy("Empty: at once. Notices sent before keep their words."),
    )

    def words(self) -> queries.Wording:
        """What the form says."""
        return queries.Wording(**{name: self.cleaned_data[name] for name in queries.PARTS})


@requires(MANAGE_TEMPLATES)
@require_safe
def template_list(request: Any) -> HttpResponse:
    """Every kind of notice, as it is worded now."""
    columns = [
        Column(_("Notice"), lambda each: in_language(each.words.name_zh, each.words.name_en)),
        Column(_("Text"), lambda each: in_language(each.words.text_zh, each.words.text_en)),
        Column(_("Version"), lambda each: each.version.number if each.version else 0, "number"),
        Column(_("Since"), lambda each: each.version.valid_from_at if each.version else None, "time"),
        Column(_("By"), lambda each: each.version.published_by if each.version else _("Shipped")),
        Column(_("Next words from"), lambda each: each.next.valid_from_at if each.next else None, "time"),
    ]
    found = queries.published(request.actor, standing(request).now)
    table = Table.of(
        request, columns, found, caption=_("What each notice says"), empty=Empty(""), url=lambda each: _page(each)
    )
    return draw(request, "desk/administration/notices.html", {"table": table})


@requires(MANAGE_TEMPLATES)
@never_cache
@require_http_methods(["GET", "POST"])
def template(request: Any, code: str) -> HttpResponse:
    """The words of one kind: changed, seen with samples in both languages, and published from a moment on."""
    about, found = standing(request), queries.template(code)
    versions = queries.versions(code, request.actor)
    with timezone.override(about.zone):
        form = WordsForm(request.POST or None, initial=_start(request, found, versions))
        is_said = form.is_valid() and _is_sound(form, found)
        if is_said and request.POST.get("act") == "publish" and _published(request, form, code):
            return redirect("administration-notice", code=code)
        context = {
            "form": form,
            "name": in_language(found.words.name_zh, found.words.name_en),
            "fields": [(f"{{{name}}}", in_language(field.zh, field.en)) for name, field in found.fields.items()],
            "preview": queries.preview(found, form.words()) if is_said else [],
            "changes": _changes(form, _in_force(found, versions, about.now)) if is_said else [],
            "table": _version_table(request, found, versions),
        }
        return draw(request, "desk/administration/notice.html", context, status=422 if form.errors else 200)


def _start(request: Any, found: queries.Template, versions: list[queries.TemplateVersion]) -> dict[str, str]:
    """The words to begin with: those of the version `?version=` names (0 ships), else the newest."""
    words = {0: found.words, **{each.number: each.words for each in versions}}
    asked = request.GET.get("version", "")
    number = int(asked) if asked.isascii() and asked.isdigit() else max(words)
    return {part: getattr(words.get(number, found.words), part) for part in queries.PARTS}


def _in_force(found: queries.Template, versions: list[queries.TemplateVersion], now: datetime) -> queries.Wording:
    return next((each.words for each in versions if each.valid_from_at <= now), found.words)


def _is_sound(form: WordsForm, found: queries.Template) -> bool:
    """Whether the words can be said; every fault is told at its field."""
    for part, fault in services.faults_in(form.words(), found).items():
        form.add_error(part, str(fault))
    return not form.errors


def _published(request: Any, form: WordsForm, code: str) -> bool:
    """Whether it was published; what stands in the way is told at the form."""
    given = {"words": form.words(), "valid_from_at": form.cleaned_data["holds_from"]}
    try:
        version = services.publish_words(code=code, actor=request.actor, now=standing(request).now, **given)
    except (Invalid, Conflict) as refusal:
        form.add_error("holds_from", f"{refusal} {refusal.advice}")
        return False
    if version is None:
        form.add_error(None, _("Nothing was changed."))
        return False
    told = {"number": version.number, "at": minute(version.valid_from_at)}
    messages.success(request, _("Published: version %(number)s holds from %(at)s.") % told)
    return True


def _changes(form: WordsForm, before: queries.Wording) -> list[tuple[str, str, str]]:
    """What is said otherwise than now: the field, what stands there, what shall."""
    after = form.words()
    told = ((str(form.fields[part].label), getattr(before, part), getattr(after, part)) for part in queries.PARTS)
    return [(label, was, becomes) for label, was, becomes in told if was != becomes]


def _version_table(request: Any, found: queries.Template, versions: list[queries.TemplateVersion]) -> Table:
    rows = [(each.number, each.words, each.valid_from_at, each.published_at, each.published_by) for each in versions]
    columns = [
        Column(_("Version"), lambda row: row[0], "number"),
        Column(_("In force from"), lambda row: row[2], "time"),
        Column(_("Text"), lambda row: in_language(row[1].text_zh, row[1].text_en)),
        Column(_("Published"), lambda row: row[3], "time"),
        Column(_("By"), lambda row: row[4] or NOTHING),
    ]
    return Table.of(
        request,
        columns,
        [*rows, (0, found.words, None, None, _("Shipped"))],
        caption=_("Versions: open one to begin with its words"),
        empty=Empty(""),
        url=lambda row: f"?version={row[0]}",
        id="versions",
    )


def _page(each: queries.Published) -> str:
    return reverse("administration-notice", args=[each.template.code])
