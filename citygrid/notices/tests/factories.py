"""Notices to send, and accounts to send them to."""

from typing import Any

from citygrid.access.queries import Holder
from citygrid.kernel.actor import Actor
from citygrid.notices import services
from citygrid.notices.services import NoticeIn

PARAMS = {
    "number": "900001-20260302-0001",
    "category": {"zh": "暴露垃圾", "en": "Exposed litter"},
    "place": {"zh": "演乐社区", "en": "Yanle"},
    "unit": {"zh": "环卫中心", "en": "Sanitation centre"},
    "due": "2026-03-02T03:00:00+00:00",
    "reason": "仍有垃圾",
}


def holder(actor: Actor) -> Holder:
    """The account of an actor, as holder of its post."""
    assert actor.account_id
    return Holder(actor.account_id, actor.post_id)


def notice(key: str, *to: Holder, template: str = "case_dispatched", **params: Any) -> NoticeIn:
    """A notice about a case, with every field."""
    link = ("case", str(PARAMS["number"]))
    return NoticeIn(template=template, params={**PARAMS, **params}, key=key, to=to, link=link)


def send(count: int, now: Any, *to: Holder, template: str = "case_dispatched") -> None:
    """So many notices of one kind, with different keys."""
    services.send_many(notices=[notice(f"{template}/{n}", *to, template=template) for n in range(count)], now=now)
