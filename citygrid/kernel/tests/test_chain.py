from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest

from citygrid.kernel.chain import START, canonical, link

SHANGHAI = timezone(timedelta(hours=8))
AT = datetime(2026, 3, 2, 1, 2, 3, 456, tzinfo=UTC)


def test_moment_is_bound_as_the_same_whatever_zone_it_was_told_in() -> None:
    assert link(START, {"at": AT}) == link(START, {"at": AT.astimezone(SHANGHAI)})
    assert link(START, {"at": AT}) != link(START, {"at": AT.replace(tzinfo=SHANGHAI)})


def test_canonical_form_is_this() -> None:
    record = {"day": date(2026, 1, 1), "at": AT, "id": UUID(int=1), "whole": AT.replace(microsecond=0)}
    assert canonical(record).decode() == (
        '{"at":"2026-03-02T01:02:03.000456Z","day":"2026-01-01",'
        '"id":"00000000-0000-0000-0000-000000000001","whole":"2026-03-02T01:02:03Z"}'
    )


def test_what_has_no_canonical_form_is_refused() -> None:
    with pytest.raises(TypeError):
        canonical({"what": object()})
