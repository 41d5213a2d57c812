"""Reads of notices, always an actor's own, worded in the active language and time zone."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _

from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound
from citygrid.kernel.words import in_language
from citygrid.notices import rules
from citygrid.notices.choices import TEMPLATES_FILE
from citygrid.notices.models import Notice
from citygrid.notices.permissions import READ
from citygrid.ui.formats import NOTHING, minute

MOST_COUNTED = 100
MOST_APART = 3  # unread notices of one kind that are told one by one


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice in words; `count` is how many unread ones of its kind it stands for."""

    id: UUID
    template: str
    name: str
    text: str
    link_kind: str
    link_id: str
    created_at: datetime
    read_at: datetime | None
    count: int = 1


@cache
def templates() -> Mapping[str, rules.Template]:
    """All templates by code, as data/notices/templates.yaml states them (read once)."""
    return rules.parse_templates((settings.ROOT / TEMPLATES_FILE).read_text(encoding="utf-8"))


def notices(
    actor: Actor, *, is_unread: bool = False, template: str = "", start: int = 0, count: int = 50
) -> list[NoticeView]:
    """A page of the actor's notices, newest first; of one kind where `template` names it. One query."""
    rows = _mine(actor).filter(read_at=None) if is_unread else _mine(actor)
    rows = rows.filter(template=template) if template else rows
    return [_view(row) for row in rows.order_by("-created_at", "-id")[start : start + count]]


def inbox(actor: Actor, *, start: int = 0, count: int = 50) -> list[NoticeView]:
    """The unread notices, newest first; where a kind has more than three, its newest stands for all. One query."""
    kind: dict[str, Any] = {"partition_by": [F("template")]}
    place = Window(RowNumber(), order_by=[F("created_at").desc(), F("id").desc()], **kind)
    rows = _mine(actor).filter(read_at=None).annotate(place=place, same=Window(Count("id"), **kind))
    rows = rows.filter(Q(same__lte=MOST_APART) | Q(place=1)).order_by("-created_at", "-id")
    return [_view(row, row.same if row.same > MOST_APART else 1) for row in rows[start : start + count]]


def notice(notice_id: UUID, actor: Actor) -> NoticeView:
    """One notice; NotFound (404) when it is to somebody else."""
    row = _mine(actor).filter(pk=notice_id).first()
    if row is None:
        raise NotFound(what=_("notice"))
    return _view(row)


def unread_count(actor: Actor) -> int:
    """How many notices are unread, counted up to 100: one query of an index of the unread alone."""
    return _mine(actor).filter(read_at=None).order_by()[:MOST_COUNTED].count()


def told(keys: Collection[str]) -> set[str]:
    """Which of these keys somebody was told of."""
    rows = Notice.objects.unscoped(reason="whether the platform has told somebody")
    return set(rows.filter(key__in=keys).values_list("key", flat=True).distinct())


def _mine(actor: Actor) -> Any:
    actor.require(READ)
    return Notice.objects.visible_to(actor)


def _view(row: Notice, count: int = 1) -> NoticeView:
    template = templates().get(row.template)  # a later release may word other things
    values = defaultdict(lambda: NOTHING, {name: _said(value) for name, value in row.params.items()})
    if template:
        times = {name for name, kind in template.fields.items() if kind == rules.TIME and row.params.get(name)}
        values.update({name: minute(datetime.fromisoformat(row.params[name])) for name in times})
    return NoticeView(
        id=row.pk,
        template=row.template,
        name=in_language(template.name_zh, template.name_en) if template else row.template,
        text=rules.worded(in_language(template.text_zh, template.text_en), values) if template else "",
        link_kind=row.link_kind,
        link_id=row.link_id,
        created_at=row.created_at,
        read_at=row.read_at,
        count=count,
    )


def _said(value: Any) -> str:
    return (in_language(value["zh"], value["en"]) if isinstance(value, dict) else str(value)) or NOTHING
