"""The component a report or a case is about: those nearby to choose from, and what is told of the chosen one."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from citygrid.cases.choices import NO_COMPONENT
from citygrid.catalogue.choices import Kind
from citygrid.desk.web.forms import Choices
from citygrid.inventory import permissions, queries
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound
from citygrid.ui.formats import number_words

NEAR_M = 50.0


def near(actor: Actor, location: Any, category: Any) -> list[Any]:
    """The components of a category that stand nearest to a position, with their `distance`."""
    is_about_one = location and category and category.kind == Kind.COMPONENT
    if not is_about_one or not actor.may(permissions.VIEW):
        return []
    return list(queries.nearest(actor, location, category.key, within_m=NEAR_M))


def choices(found: Iterable[Any]) -> Choices:
    """Each with how far it is, its state, and who keeps it up."""
    return [(one.pk, _with_code(one.pk, [_away(one), *_facts(one)])) for one in found]


def correction(case: Any, actor: Actor) -> dict[str, forms.Field]:
    """The field that corrects it: as it is, none, or another that stands near; no field where there is no choice."""
    others = [one for one in near(actor, case.location, case.category) if one.pk != case.component_id]
    none = [(NO_COMPONENT, _("None"))] if case.component_id else []
    if not none and not others:
        return {}
    widget = forms.RadioSelect(choices=[("", _("As it is")), *none, *choices(others)])
    return {"component": forms.CharField(label=_("Component"), required=False, widget=widget)}


def told(case: Any, actor: Actor) -> SafeString | str:
    """The component a case is about, what is known of it where the post sees it, and the way to all of its cases."""
    if not case.component_id:
        return ""
    address = f"{reverse('cases')}?component={case.component_id}"
    known = _with_code(case.component_id, _facts(_seen(case.component_id, actor)))
    return format_html('{}<div><a href="{}">{}</a></div>', known, address, _("All cases about it"))


def _seen(component_id: str, actor: Actor) -> Any:
    """The component; None where the post does not see it."""
    try:
        return queries.component(component_id, actor) if actor.may(permissions.VIEW) else None
    except NotFound:
        return None


def _facts(one: Any) -> list[str]:
    if one is None:
        return []
    kept = _("Kept up by %(unit)s") % {"unit": one.maintainer_name} if one.maintainer_name else ""
    return [text for text in (one.name, str(one.get_state_display()), kept) if text]


def _away(one: Any) -> str:
    return _("%(metres)s m away") % {"metres": number_words(round(one.distance.m))}


def _with_code(component_id: str, facts: Iterable[str]) -> SafeString:
    rest = format_html_join(" · ", "{}", ((fact,) for fact in facts))
    return format_html('<span><span class="code">{}</span><br>{}</span>', component_id, rest)
