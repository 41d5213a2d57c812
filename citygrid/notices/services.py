"""Writes of notices. They follow from changes that are on record, and reading is nobody's business: no audit here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from citygrid.access.queries import Holder
from citygrid.kernel import bell
from citygrid.kernel.actor import Actor
from citygrid.notices import queries, rules
from citygrid.notices.errors import WrongParams
from citygrid.notices.models import Notice
from citygrid.notices.permissions import READ
from citygrid.notices.rules import Params

KEPT_FOR = timedelta(days=90)
BATCH = 5_000


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
