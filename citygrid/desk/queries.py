"""Reads of what the desk keeps itself: views of lists."""

from citygrid.desk.choices import ListPage
from citygrid.desk.models import SavedView
from citygrid.kernel.actor import Actor

MOST_SHOWN = 100


def views(page: ListPage, actor: Actor) -> list[SavedView]:
    """The views of a list that this actor is offered, by name. One query."""
    rows = SavedView.objects.visible_to(actor).filter(page=page)
    return list(rows.order_by("name", "id")[:MOST_SHOWN])
