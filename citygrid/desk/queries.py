"""Reads of what the desk keeps itself: views of lists, and the keys people chose."""

from citygrid.desk.choices import ListPage
from citygrid.desk.models import OwnKeys, SavedView
from citygrid.desk.rules import Keys
from citygrid.kernel.actor import Actor

MOST_SHOWN = 100


def views(page: ListPage, actor: Actor) -> list[SavedView]:
    """The views of a list that this actor is offered, by name. One query."""
    rows = SavedView.objects.visible_to(actor).filter(page=page)
    return list(rows.order_by("name", "id")[:MOST_SHOWN])


def keys_of(actor: Actor) -> Keys:
    """The letters of the person who acts. One query."""
    return Keys(OwnKeys.objects.visible_to(actor).values_list("letters", flat=True).first())
