"""What all work goes by: categories with their filing standards, and procedures. Read only."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citygrid.catalogue import permissions as catalogue_permissions
from citygrid.catalogue import queries as catalogue
from citygrid.catalogue.choices import Evidence, Kind
from citygrid.desk.web.differences import difference_table
from citygrid.desk.web.forms import ANY
from citygrid.desk.web.shell import draw, standing
from citygrid.desk.web.views.administration.standards import standard_address
from citygrid.desk.web.words import limit_words, paged, role_names
from citygrid.kernel.web import requires
from citygrid.kernel.words import in_language
from citygrid.ui.formats import NOTHING
from citygrid.ui.tables import Column, Empty, Table
from citygrid.workflow import permissions as workflow_permissions
from citygrid.workflow import queries as workflow
from citygrid.workflow.errors import FieldsMissing


class CategoryFilterForm(forms.Form):
    """Filters of the list of categories."""

    words = forms.CharField(label=gettext_lazy("Name or code"), required=False, max_length=100)
    scheme = forms.ChoiceField(label=gettext_lazy("Scheme"), required=False)
    major = forms.ChoiceField(label=gettext_lazy("Major"), required=False)

    def __init__(self, data: Any, schemes: list[Any], majors: list[Any]) -> None:
        super().__init__(data)
        for name, choices in {
            "scheme": [(each.code, each.name) for each in schemes],
            "major": [ANY, *((each.key, each.name) for each in majors)],
        }.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
            field.choices = choices


@requires(catalogue_permissions.VIEW_STANDARDS)
@require_safe
def categories(request: Any) -> HttpResponse:
    """The categories of a scheme, by words and major."""
    schemes = catalogue.schemes()
    asked = request.GET.get("scheme", "")
    scheme = next((each for each in schemes if each.code == asked), schemes[0] if schemes else None)
    code = scheme.code if scheme else ""
    form = CategoryFilterForm(request.GET or None, schemes, catalogue.majors(code))
    words, major = request.GET.get("words", ""), request.GET.get("major", "")
    found = catalogue.search_categories(words, 1000, code) if words.strip() else catalogue.leaf_categories(code)
    wanted = [each for each in found if not major or each.major_key == major]
    rows, pager = paged(request, lambda start, count: wanted[start : start + count])
    columns = [
        Column(_("Code"), lambda each: each.code, "code"),
        Column(_("Name"), lambda each: each.name),
        Column(_("Major"), lambda each: each.major or NOTHING),
        Column(_("Kind"), lambda each: Kind(each.kind).label),
    ]
    table = Table.of(
        request,
        columns,
        rows,
        caption=scheme.name if scheme else _("Categories"),
        empty=_no_categories(bool(schemes)),
        url=lambda each: reverse("category", args=[each.key]),
        pager=pager,
    )
    return draw(request, "desk/categories.html", {"form": form, "table": table, "scheme": scheme})


@requires(catalogue_permissions.VIEW_STANDARDS)
@require_safe
def category(request: Any, key: str) -> HttpResponse:
    """One category with the filing standards in force today."""
    found = catalogue.category(key)
    about = standing(request)
    standards = catalogue.standards_for(key, timezone.localdate(about.now, about.zone))
    kinds = catalogue.unit_kinds()
    columns = [
        Column(_("Filed when"), lambda each: each.condition),
        Column(_("May be closed when"), lambda each: each.closing),
        Column(_("Limit"), lambda each: limit_words(each.limit)),
        Column(_("Usual unit"), lambda each: kinds.get(each.unit_kind, NOTHING)),
        Column(_("Evidence"), lambda each: _(", ").join(str(Evidence(one).label) for one in each.evidence)),
        Column(_("Version"), lambda each: each.version, "number"),
    ]
    empty = Empty(
        _("No filing standard in force"),
        _("Cases of this category cannot be filed. The system administrator publishes standards."),
        icon="gavel",
    )
    may_change = request.actor.may(catalogue_permissions.MANAGE_STANDARDS)
    caption = _("Filing standards in force today")
    url = (lambda each: standard_address(each.code)) if may_change else None
    table = Table.of(request, columns, standards, caption=caption, empty=empty, url=url)
    context = {
        "category": found,
        "table": table,
        "kind": Kind(found.kind).label,
        "add_url": standard_address(category=key) if may_change and not found.is_major else "",
    }
    return draw(request, "desk/category.html", context)


@requires(workflow_permissions.VIEW)
@require_safe
def procedures(request: Any) -> HttpResponse:
    """The published procedures, newest versions first."""
    rows = [workflow.procedure(code, version) for code, version in workflow.procedures()]
    columns = [
        Column(_("Procedure"), lambda each: in_language(each.zh, each.en)),
        Column(_("Version"), lambda each: each.version, "number"),
        Column(_("States"), lambda each: len(each.states), "number"),
        Column(_("Actions"), lambda each: len(each.actions), "number"),
    ]
    empty = Empty(_("No procedure is published"), _("The system administrator publishes procedures."), icon="route")
    table = Table.of(
        request,
        columns,
        rows,
        caption=_("Procedures"),
        empty=empty,
        url=lambda each: reverse("procedure", args=[each.code, each.version]),
    )
    may_publish = request.actor.may(workflow_permissions.MANAGE)
    return draw(request, "desk/procedures.html", {"table": table, "may_publish": may_publish})


@requires(workflow_permissions.VIEW)
@require_safe
def procedure(request: Any, code: str, version: int) -> HttpResponse:
    """One version of a procedure: its picture, and every action in words."""
    found = workflow.procedure(code, version)
    columns = [
        Column(_("Action"), lambda each: each.name),
        Column(_("Who"), lambda each: role_names(sorted(each.roles))),
        Column(_("From state"), lambda each: _(", ").join(_states(found, each)) or _("(begins)")),
        Column(_("To"), lambda each: found.states[each.target].name if each.target else _("(stays)")),
        Column(_("Needs"), lambda each: _(", ").join(str(FieldsMissing.LABELS[word]) for word in each.needs)),
    ]
    table = Table.of(request, columns, found.actions.values(), caption=_("Actions"), empty=Empty(""))
    language = get_language() or "zh-hans"
    before = [number for name, number in workflow.procedures() if name == code and number < version]
    context = {
        "may_publish": request.actor.may(workflow_permissions.MANAGE),
        "differences": difference_table(request, workflow.procedure(code, before[0]), found) if before else None,
        "name": in_language(found.zh, found.en),
        "procedure": found,
        "table": table,
        # Drawn and escaped by the engine from a document that was validated when it was published.
        "picture": SafeString(workflow.picture(found, language)),  # noqa: S308
    }
    return draw(request, "desk/procedure.html", context)


def _states(found: workflow.Procedure, action: workflow.Action) -> list[str]:
    return [str(state.name) for state in found.states.values() if state.code in action.sources]


def _no_categories(has_schemes: bool) -> Empty:
    if has_schemes:
        return Empty(_("No category fits"), _("Try another word, or fewer of them."), icon="search")
    return Empty(
        _("The catalogue is empty"), _("The system administrator loads it with manage.py load_catalogue."), icon="tag"
    )
