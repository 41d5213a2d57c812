"""Reads of notices, always an actor's own, worded in the active language and time zone."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, OuterRef, Q, Subquery, Window
from django.db.models.functions import JSONObject, RowNumber
from django.utils.translation import gettext_lazy as _

from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound
from citygrid.kernel.words import in_language
from citygrid.notices import rules
from citygrid.notices.choices import TEMPLATES_FILE
from citygrid.notices.models import Notice, TemplateVersion
from citygrid.notices.permissions import MANAGE_TEMPLATES, READ
from citygrid.notices.rules import LANGUAGES, Template, Wording
from citygrid.ui.formats import NOTHING, minute

MOST_COUNTED = 100
MOST_APART = 3  # unread notices of one kind that are told one by one
PARTS = ("name_zh", "name_en", "text_zh", "text_en")

__all__ = [
    "PARTS",
    "NoticeView",
    "Published",
    "Template",
    "TemplateVersion",
    "Wording",
    "inbox",
    "notice",
    "notices",
    "preview",
    "published",
    "template",
    "templates",
    "told",
    "unread_count",
    "versions",
]


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


@dataclass(frozen=True, slots=True)
class Published:
    """A kind of notice as it is worded now: `version` is None while it has the words that ship; what comes next."""

    template: Template
    version: TemplateVersion | None
    next: TemplateVersion | None

    @property
    def words(self) -> Wording:
        return self.version.words if self.version else self.template.words


@cache
def templates() -> Mapping[str, Template]:
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
    actor.require(READ)
    return Notice.objects.visible_to(actor).filter(read_at=None)[:MOST_COUNTED].count()


def told(keys: Collection[str]) -> set[str]:
    """Which of these keys somebody was told of."""
    rows = Notice.objects.unscoped(reason="whether the platform has told somebody")
    return set(rows.filter(key__in=keys).values_list("key", flat=True).distinct())


def template(code: str) -> Template:
    """The template of this code as it ships; NotFound (404) when there is none."""
    found = templates().get(code)
    if found is None:
        raise NotFound(what=_("notice template"), name=code)
    return found


def published(actor: Actor, now: datetime) -> list[Published]:
    """Every kind of notice with the words it has now, in the order of the data. One query."""
    actor.require(MANAGE_TEMPLATES)
    current: dict[str, TemplateVersion] = {}
    coming: dict[str, TemplateVersion] = {}
    for version in TemplateVersion.objects.order_by("code", "number"):
        if version.valid_from_at <= now:
            current[version.code] = version
        else:
            coming.setdefault(version.code, version)
    return [Published(each, current.get(code), coming.get(code)) for code, each in templates().items()]


def versions(code: str, actor: Actor) -> list[TemplateVersion]:
    """The published versions of a template, the newest first; the shipped one, number 0, is not among them."""
    actor.require(MANAGE_TEMPLATES)
    return list(TemplateVersion.objects.filter(code=code).order_by("-number"))


def preview(found: Template, words: Wording) -> list[tuple[str, str, str]]:
    """How a notice in these words would read, with the samples of its fields: (language, name, text) for each."""
    shown = []
    for language in LANGUAGES:
        values = {name: _sample(field, language) for name, field in found.fields.items()}
        name, text = (getattr(words, f"{part}_{language}") for part in ("name", "text"))
        shown.append((language, name, rules.worded(text, values)))
    return shown


def _sample(field: rules.Field, language: str) -> str:
    if field.kind == rules.TIME:
        return minute(datetime.fromisoformat(field.sample))
    return str(field.sample[language] if field.kind == rules.WORDS else field.sample)


def _mine(actor: Actor) -> Any:
    """The notices to the actor, each with the words that were published when it was sent (None: those that ship)."""
    actor.require(READ)
    then = TemplateVersion.objects.filter(code=OuterRef("template"), valid_from_at__lte=OuterRef("created_at"))
    words = then.order_by("-number").values(words=JSONObject(**{part: part for part in PARTS}))
    return Notice.objects.visible_to(actor).annotate(words=Subquery(words[:1]))


def _view(row: Any, count: int = 1) -> NoticeView:
    found = templates().get(row.template)  # a later release may word other things
    words = _words(row, found)
    return NoticeView(
        id=row.pk,
        template=row.template,
        name=in_language(words.name_zh, words.name_en),
        text=rules.worded(in_language(words.text_zh, words.text_en), _values(row, found)),
        link_kind=row.link_kind,
        link_id=row.link_id,
        created_at=row.created_at,
        read_at=row.read_at,
        count=count,
    )


def _words(row: Any, found: Template | None) -> Wording:
    if row.words:
        return Wording(**row.words)
    return found.words if found else Wording(row.template, row.template, "", "")


def _values(row: Any, found: Template | None) -> Mapping[str, str]:
    """What stands for each field, in words; a dash for one that the notice lacks."""
    values = defaultdict(lambda: NOTHING, {name: _said(value) for name, value in row.params.items()})
    kinds = {name: field.kind for name, field in found.fields.items()} if found else {}
    times = {name for name, kind in kinds.items() if kind == rules.TIME and row.params.get(name)}
    values.update({name: minute(datetime.fromisoformat(row.params[name])) for name in times})
    return values


def _said(value: Any) -> str:
    return (in_language(value["zh"], value["en"]) if isinstance(value, dict) else str(value)) or NOTHING
