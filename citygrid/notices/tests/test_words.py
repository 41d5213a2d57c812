"""The words of notices are published from a moment on; what was told before keeps its own."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from citygrid.access.tests.factories import NOW, make_actor
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound, NotPermitted
from citygrid.kernel.models import AuditEntry
from citygrid.notices import queries, services
from citygrid.notices.errors import LaterWordsThere, StartsInThePast, WordsUnfit
from citygrid.notices.models import TemplateVersion
from citygrid.notices.tests.factories import holder, notice

pytestmark = pytest.mark.django_db

CODE = "case_dispatched"
HOUR = timedelta(hours=1)
Publish = Callable[..., TemplateVersion | None]


@pytest.fixture
def keeper() -> Actor:
    return make_actor("system_administrator", areas=[""])


@pytest.fixture
def publish(keeper: Actor) -> Publish:
    """Publishes the shipped words with some changed."""

    def published(now: Any = NOW, at: Any = None, **changes: str) -> TemplateVersion | None:
        words = replace(queries.template(CODE).words, **changes)
        return services.publish_words(code=CODE, words=words, actor=keeper, now=now, valid_from_at=at)

    return published


def texts(reader: Actor) -> list[str]:
    """What the reader was told, the oldest first."""
    with override("en"):
        return [f"{row.name}: {row.text}" for row in queries.notices(reader)][::-1]


def test_words_hold_from_their_moment_and_notices_before_keep_theirs(publish: Publish) -> None:
    reader = make_actor("department")
    for hours in (0, 2, 4):
        services.send(notice=notice(f"k{hours}", holder(reader)), now=NOW + hours * HOUR)
    publish(at=NOW + HOUR, name_en="Work", text_en="Go: {number}.", text_zh="去：{number}。")
    publish(at=NOW + 3 * HOUR, name_en="Work", text_en="Hurry to {place}: {number}.", text_zh="{place}急：{number}。")
    first, second, third = texts(reader)
    assert first.startswith("Case to handle: Exposed litter, Yanle.")
    assert (second, third) == ("Work: Go: 900001-20260302-0001.", "Work: Hurry to Yanle: 900001-20260302-0001.")


def test_field_that_the_shipped_words_do_not_name_is_known_all_the_same(publish: Publish) -> None:
    reader = make_actor("department")
    publish(text_zh="{number}：{reason}", text_en="{number}: {reason}")
    services.send(notice=notice("k", holder(reader)), now=NOW)
    assert texts(reader) == ["Case to handle: 900001-20260302-0001: 仍有垃圾"]


def test_versions_are_numbered_and_say_who_published_them(publish: Publish, keeper: Actor) -> None:
    publish(name_en="One")
    publish(now=NOW + HOUR, name_en="Two")
    found = queries.versions(CODE, keeper)
    assert [(each.number, each.name_en, each.published_by) for each in found] == [
        (2, "Two", keeper.label),
        (1, "One", keeper.label),
    ]
    entries = AuditEntry.objects.filter(subject=f"notices.template/{CODE}", action="publish").order_by("id")
    assert [entry.data["version"] for entry in entries] == [1, 2]


def test_same_words_again_make_no_version(publish: Publish) -> None:
    assert publish() is None
    assert publish(name_en="One") and publish(name_en="One") is None
    assert publish(name_en="Case to handle") is not None
    assert TemplateVersion.objects.count() == 2


def test_words_that_wait_may_be_replaced_but_not_overtaken(publish: Publish) -> None:
    publish(at=NOW + 2 * HOUR, name_en="One")
    publish(at=NOW + 2 * HOUR, name_en="Two")
    with pytest.raises(LaterWordsThere):
        publish(at=NOW + HOUR, name_en="Three")
    with pytest.raises(StartsInThePast):
        publish(now=NOW + 3 * HOUR, at=NOW + 2 * HOUR, name_en="Four")
    reader = make_actor("department")
    services.send(notice=notice("k", holder(reader)), now=NOW + 2 * HOUR)
    assert texts(reader)[0].startswith("Two: ")


def test_what_cannot_be_said_is_refused_at_its_part(publish: Publish) -> None:
    with pytest.raises(WordsUnfit) as refusal:
        publish(text_zh="{number}{phone}", text_en="{number.x}")
    assert set(refusal.value.fields) == {"text_en"}
    with pytest.raises(WordsUnfit) as refusal, override("en"):
        publish(text_zh="{number}{phone}", text_en="{place}{phone}")
    assert refusal.value.fields == {
        "text_zh": "{phone} is no field that may stand here. {place} is missing: it stands in the other language.",
        "text_en": "{phone} is no field that may stand here. {number} is missing: without it nobody knows what the"
        " notice is about.",
    }
    assert not TemplateVersion.objects.exists()


def test_only_who_keeps_the_words_publishes_and_reads_versions(publish: Publish) -> None:
    clerk, words = make_actor("acceptor"), queries.template(CODE).words
    with pytest.raises(NotPermitted):
        services.publish_words(code=CODE, words=words, actor=clerk, now=NOW)
    with pytest.raises(NotPermitted):
        queries.versions(CODE, clerk)
    with pytest.raises(NotPermitted):
        queries.published(clerk, NOW)


def test_kind_that_does_not_exist_has_no_words(keeper: Actor) -> None:
    words = queries.template(CODE).words
    with pytest.raises(NotFound):
        services.publish_words(code="unheard_of", words=words, actor=keeper, now=NOW)


def test_every_kind_says_what_holds_and_what_comes(publish: Publish, keeper: Actor) -> None:
    publish(name_en="One")
    publish(at=NOW + HOUR, name_en="Two")
    publish(at=NOW + 2 * HOUR, name_en="Three")
    with CaptureQueriesContext(connection) as caught:
        found = {each.template.code: each for each in queries.published(keeper, NOW)}
    assert len(caught) == 1
    assert found.keys() == queries.templates().keys()
    one = found[CODE]
    assert one.version and one.next
    assert (one.words.name_en, one.version.number, one.next.number) == ("One", 1, 2)
    assert found["case_overdue"].version is None


def test_published_words_are_never_changed(publish: Publish) -> None:
    publish(name_en="One")
    with pytest.raises(IntegrityError, match="appended"), transaction.atomic():
        TemplateVersion.objects.update(name_en="Other")
    with pytest.raises(IntegrityError, match="appended"), transaction.atomic():
        TemplateVersion.objects.all().delete()


def test_preview_reads_as_a_notice_does(keeper: Actor) -> None:
    words = queries.template(CODE).words
    (zh, name, text), (en, _, other) = queries.preview(queries.template(CODE), words)
    assert (zh, name, en) == ("zh", "新派遣案件", "en")
    assert text.startswith("暴露垃圾，演乐胡同 12 号门前。案件 110101-20261123-0042 派遣给环卫中心")
    assert "Exposed litter" in other and "{" not in text + other
