from typing import Any
from uuid import UUID

from ninja import Query, Router

from citygrid.kernel import clock
from citygrid.kernel.api import Permitted, responses
from citygrid.notices import permissions, queries, services
from citygrid.notices.api.schemas import NoticeFilterIn, NoticeOut, NoticesOut

router = Router(tags=["notices"])


@router.get("", response=responses(NoticesOut), auth=Permitted(permissions.READ))
def list_notices(request: Any, wanted: Query[NoticeFilterIn]) -> dict[str, Any]:
    """The notices to this account and post, newest first."""
    found = queries.notices(request.auth, **wanted.dict())
    return {"unread": queries.unread_count(request.auth), "notices": found}


@router.post("/{notice_id}/read", response=responses(NoticeOut), auth=Permitted(permissions.READ))
def read_notice(request: Any, notice_id: UUID) -> queries.NoticeView:
    """Note that a notice was read; the first reading stands."""
    services.mark_read(notice_id=notice_id, actor=request.auth, now=clock.now())
    return queries.notice(notice_id, request.auth)
