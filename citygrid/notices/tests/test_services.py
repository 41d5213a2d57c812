from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from citygrid.access.models import Account
from citygrid.access.queries import Holder, actor_for
from citygrid.access.tests.factories import NOW, hold, make_actor, make_post
from citygrid.kernel.actor import Actor, system_actor
from citygrid.kernel.errors import NotFound, NotPermitted
from citygrid.notices import queries, services
from citygrid.notices.errors import WrongParams
from citygrid.notices.models import Notice
from citygrid.notices.tests.factories import holder, notice, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> Actor:
    return make_actor("department")


def test_notice_is_worded_in_the_language_and_zone_of_the_reader(reader: Actor) -> None:
    services.send(notice=notice("k", holder(reader)), now=NOW)
    with override("zh-hans"), timezone.override(ZoneInfo("Asia/Shanghai")):
        shown = queries.notices(reader)[0]
    assert shown.name == "新派遣案件"
    assert shown.text == "暴露垃圾，演乐社区。案件 900001-20260302-0001 派遣给环卫中心，请于 2026-03-02 11:00 前办结。"
    with override("en"), timezone.override(ZoneInfo("UTC")):
        shown = queries.notices(reader)[0]
    assert "Exposed litter, Yanle" in shown.text and "2026-03-02 03:00" in shown.text
    assert (shown.link_kind, shown.link_id, shown.read_at) == ("case", "900001-20260302-0001", None)


def test_nobody_is_told_the_same_twice(reader: Actor) -> None:
    other = make_actor("department")
    services.send(notice=notice("k", holder(reader)), now=NOW)
    services.send(notice=notice("k", holder(reader), holder(other)), now=NOW)
    assert (len(queries.notices(reader)), len(queries.notices(other))) == (1, 1)


def test_account_is_told_once_for_itself_too(reader: Actor) -> None:
    assert reader.account_id
    for _ in range(2):
        services.send(notice=notice("k", Holder(reader.account_id)), now=NOW)
    assert queries.unread_count(reader) == 1


def test_nobody_reads_the_notices_of_another(reader: Actor) -> None:
    stranger = make_actor("department")
    services.send(notice=notice("k", holder(reader)), now=NOW)
    told = queries.notices(reader)[0]
    assert queries.notices(stranger) == queries.inbox(stranger) == []
    assert queries.unread_count(stranger) == 0
    with pytest.raises(NotFound):
        services.mark_read(notice_id=told.id, actor=stranger, now=NOW)
    assert services.mark_all_read(actor=stranger, now=NOW) == 0
    assert queries.unread_count(reader) == 1


def test_account_sees_what_it_is_told_as_another_post_only_while_acting_as_it(reader: Actor) -> None:
    account = Account.objects.get(pk=reader.account_id)
    post = make_post("dispatcher")
    hold(account, post)
    as_dispatcher = actor_for(account.pk, post.pk, NOW)
    assert as_dispatcher
    services.send(notice=notice("unit", holder(reader)), now=NOW)
    services.send(notice=notice("own", Holder(account.pk)), now=NOW)
    assert (queries.unread_count(reader), queries.unread_count(as_dispatcher)) == (2, 1)


def test_platform_itself_has_no_notices(reader: Actor) -> None:
    services.send(notice=notice("k", holder(reader)), now=NOW)
    assert queries.notices(system_actor("tests")) == []


def test_reading_needs_the_permission() -> None:
    with pytest.raises(NotPermitted):
        queries.unread_count(make_actor("audit_administrator"))


@pytest.mark.parametrize(("template", "params"), [("unheard_of", {}), ("case_dispatched", {"due": "soon"})])
def test_notice_that_cannot_be_said_is_refused(reader: Actor, template: str, params: dict[str, str]) -> None:
    with pytest.raises(WrongParams):
        services.send(notice=notice("k", holder(reader), template=template, **params), now=NOW)
    assert not Notice.objects.unscoped(reason="test").exists()


def test_notice_outlives_its_template_and_a_field_it_lacks(reader: Actor) -> None:
    services.send(notice=notice("k", holder(reader)), now=NOW)
    rows = Notice.objects.unscoped(reason="test")
    rows.update(params={"number": "7"})
    with override("en"):
        assert queries.notices(reader)[0].text == "–, –. Case 7 was sent to –, to be handled by –."
    rows.update(template="of_a_later_release")
    assert (queries.notices(reader)[0].name, queries.notices(reader)[0].text) == ("of_a_later_release", "")


def test_many_unread_of_one_kind_are_one_line_with_their_number(reader: Actor) -> None:
    send(5, NOW, holder(reader))
    send(3, NOW + timedelta(hours=1), holder(reader), template="case_overdue")
    lines = queries.inbox(reader)
    assert [(line.template, line.count) for line in lines] == [("case_overdue", 1)] * 3 + [("case_dispatched", 5)]
    assert len(queries.notices(reader, is_unread=True, template="case_dispatched")) == 5


def test_what_was_read_leaves_the_inbox_and_stays_in_the_list(reader: Actor) -> None:
    send(2, NOW, holder(reader))
    first, second = queries.inbox(reader)
    services.mark_read(notice_id=first.id, actor=reader, now=NOW)
    services.mark_read(notice_id=first.id, actor=reader, now=NOW + timedelta(days=1))
    assert [line.id for line in queries.inbox(reader)] == [second.id]
    assert queries.notice(first.id, reader).read_at == NOW
    assert len(queries.notices(reader)) == 2


def test_all_of_a_kind_or_all_are_marked_read_but_none_of_later(reader: Actor) -> None:
    send(4, NOW, holder(reader))
    send(2, NOW, holder(reader), template="case_overdue")
    services.send(notice=notice("later", holder(reader)), now=NOW + timedelta(minutes=1))
    assert services.mark_all_read(actor=reader, now=NOW, template="case_dispatched") == 4
    assert services.mark_all_read(actor=reader, now=NOW) == 2
    assert queries.unread_count(reader) == 1


def test_notices_are_forgotten_after_ninety_days(reader: Actor) -> None:
    send(2, NOW - timedelta(days=91), holder(reader))
    services.send(notice=notice("young", holder(reader)), now=NOW - timedelta(days=89))
    assert services.forget_old(now=NOW) == 2
    assert len(queries.notices(reader)) == 1


def test_every_read_and_a_sending_of_hundreds_is_one_query(reader: Actor) -> None:
    rows = [notice(f"n{n}", holder(reader)) for n in range(300)]
    with CaptureQueriesContext(connection) as caught:
        services.send_many(notices=rows, now=NOW)
    assert [query["sql"].split()[0] for query in caught] == ["SAVEPOINT", "INSERT", "RELEASE"]
    for read in (queries.unread_count, queries.inbox, queries.notices):
        with CaptureQueriesContext(connection) as caught:
            read(reader)
        assert len(caught) == 1
    assert queries.unread_count(reader) == 100


def test_counting_the_unread_reads_an_index_of_the_unread_alone(reader: Actor) -> None:
    send(2_000, NOW, holder(reader))
    services.mark_all_read(actor=reader, now=NOW)
    services.send(notice=notice("new", holder(reader)), now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notices_notice")
    plan = Notice.objects.visible_to(reader).filter(read_at=None).explain()
    assert "notice_unread" in plan
