"""The menu of views: those of a list by who is offered them, and a form that keeps the one shown."""

from typing import Any, NamedTuple

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from citygrid.desk import queries
from citygrid.desk.choices import Audience, ListPage
from citygrid.desk.permissions import SHARE_VIEWS
from citygrid.desk.rules import LONGEST_NAME, lasting
from citygrid.kernel.actor import Actor


class KeepForm(forms.Form):
    """The list shown under a name. The same name again replaces it."""

    page = forms.ChoiceField(choices=ListPage.choices, widget=forms.HiddenInput)
    query = forms.CharField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name of the view"), max_length=LONGEST_NAME)
    audience = forms.ChoiceField(label=_("Who is offered it"))

    def __init__(self, actor: Actor, data: Any = None, **first: Any) -> None:
        super().__init__(data, auto_id="view_%s", initial=first)
        field = self.fields["audience"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [each for each in Audience.choices if each[0] != Audience.SHARED or actor.may(SHARE_VIEWS)]


class Line(NamedTuple):
    """One view in the menu."""

    id: Any
    name: str
    url: str
    is_current: bool
    may_drop: bool


def menu(request: Any, page: ListPage) -> dict[str, Any]:
    """Context of the menu of a list."""
    actor, here, query = request.actor, reverse(page), lasting(request.GET.urlencode())
    groups: dict[str, list[Line]] = {}
    may_share = actor.may(SHARE_VIEWS)
    for view in queries.views(page, actor):
        is_own = view.account_id == actor.account_id
        group = Audience.MINE if is_own else Audience(view.audience)
        may_drop = is_own or (group == Audience.SHARED and may_share and actor.reach.covers_area(view.area_code))
        url = f"{here}?{view.query}" if view.query else here
        line = Line(view.pk, view.name, url, view.query == query, may_drop)
        groups.setdefault(str(group.label), []).append(line)
    form = KeepForm(actor, page=page.value, query=query)
    return {"views": list(groups.items()), "keep_view": form}
