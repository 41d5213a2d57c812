"""Writes of notices, and of the words they are told in.

Notices follow from changes that are on record, and reading is nobody's business: no audit of these.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from citygrid.access.queries import Holder
from citygrid.kernel import audit, bell
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Words
from citygrid.notices import queries, rules
from citygrid.notices.errors import LaterWordsThere, StartsInThePast, WordsUnfit, WrongParams
from citygrid.notices.models import Notice, TemplateVersion
from citygrid.notices.permissions import MANAGE_TEMPLATES, READ
from citygrid.notices.rules import Params, Template, Wording

KEPT_FOR = timedelta(days=90)
BATCH = 5_000
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('notices_template'))"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeIn:
    """What is told to whom. `key` names the occasion; `link` is what it is about: kind and id, as ("case", number)."""

    template: str
    params: Params
    key: str
    to: Iterable[Holder]
    link: tuple[str, str] = ("", "")


def send(*, notice: NoticeIn, now: datetime) -> None:
    """Tell accounts something, in the caller's transaction; whoever was told of the key before is not told again.

    WrongParams when the template does not exist or the parameters do not fit it. One query.
    """
    send_many(notices=[notice], now=now)


@transaction.atomic
def send_many(*, notices: Sequence[NoticeIn], now: datetime) -> None:
    """`send` for many notices at once, with one query for each 5,000 rows."""
    rows = [row for notice in notices for row in _rows(notice, now)]
    Notice.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    bell.ring(bell.NOTICES, *{row.account_id for row in rows})


@transaction.atomic
def mark_read(*, notice_id: UUID, actor: Actor, now: datetime) -> None:
    """Note that a notice was read; the first reading stands. NotFound (404) when it is to somebody else."""
    queries.notice(notice_id, actor)
    Notice.objects.visible_to(actor).filter(pk=notice_id, read_at=None).update(read_at=now)
    bell.ring(bell.NOTICES, actor.account_id)


@transaction.atomic
def mark_all_read(*, actor: Actor, now: datetime, template: str = "") -> int:
    """Note that all notices until `now`, or those of one kind, were read; return how many there were."""
    actor.require(READ)
    unread = Notice.objects.visible_to(actor).filter(read_at=None, created_at__lte=now)
    bell.ring(bell.NOTICES, actor.account_id)
    return (unread.filter(template=template) if template else unread).update(read_at=now)


def forget_old(*, now: datetime) -> int:
    """Delete the notices of more than 90 days ago, read or not; return how many."""
    rows = Notice.objects.unscoped(reason="old notices of everybody are deleted")
    return rows.filter(created_at__lt=now - KEPT_FOR).delete()[0]


def faults_in(words: Wording, template: Template) -> Mapping[str, Words]:
    """What keeps these words from being published, by part ("text_zh"); {} where nothing does."""
    faults = rules.faults_of(words, template)
    return WordsUnfit(faults).fields if faults else {}


@transaction.atomic
def publish_words(
    *, code: str, words: Wording, actor: Actor, now: datetime, valid_from_at: datetime | None = None
) -> TemplateVersion | None:
    """Publish the words of a kind of notice from a moment on (now); what was told before keeps its words.

    The words it has already change nothing: None. NotFound (404), WordsUnfit, StartsInThePast (400), LaterWordsThere
    (409).
    """
    actor.require(MANAGE_TEMPLATES)
    template = queries.template(code)
    if faults := rules.faults_of(words, template):
        raise WordsUnfit(faults)
    starts = valid_from_at or now
    if starts < now:
        raise StartsInThePast()
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
    last = TemplateVersion.objects.filter(code=code).order_by("-number").first()
    if last and starts < last.valid_from_at:
        raise LaterWordsThere(at=f"{timezone.localtime(last.valid_from_at):%Y-%m-%d %H:%M}")
    if (last.words if last else template.words) == words:
        return None
    return _published(code, words, (last.number if last else 0) + 1, starts, actor, now)


def _published(
    code: str, words: Wording, number: int, starts: datetime, actor: Actor, now: datetime
) -> TemplateVersion:
    version = TemplateVersion.objects.create(
        code=code,
        number=number,
        **asdict(words),
        valid_from_at=starts,
        published_at=now,
        published_by=actor.label,
    )
    data = {"version": number, "valid_from_at": starts.isoformat()}
    audit.record(subject=f"notices.template/{code}", action="publish", actor=actor, now=now, data=data)
    return version


def _rows(notice: NoticeIn, now: datetime) -> Iterable[Notice]:
    template = queries.templates().get(notice.template)
    if template is None:
        raise WrongParams(reason=notice.template)
    try:
        params = rules.fitted(template, notice.params)
    except ValueError as fault:
        raise WrongParams(reason=str(fault)) from fault
    kind, subject = notice.link
    about = {"template": notice.template, "params": params, "key": notice.key, "link_kind": kind, "link_id": subject}
    return [Notice(account_id=to.account_id, post_id=to.post_id, created_at=now, **about) for to in notice.to]
