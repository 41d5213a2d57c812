"""Parts of pictures are hidden on a page, also without scripts."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from citygrid.desk.tests.factories import City
from citygrid.desk.tests.test_photos import photo, report
from citygrid.evidence import services as evidence
from citygrid.evidence.models import Media, Redaction
from citygrid.intake.models import Report
from citygrid.kernel import clock


@pytest.fixture
def seen(city: City, enter) -> Media:
    """A photo that came with a report."""
    enter("supervisor").post(reverse("report-new"), report(photo()))
    return evidence.process(media_id=Media.objects.get().pk, now=clock.now())


def parts(*rows: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    fields = {f"part-{at}-{name}": value for at, row in enumerate(rows) for name, value in row.items()}
    return {"part-TOTAL_FORMS": len(rows), "part-INITIAL_FORMS": initial, **fields}


def row(left: float = 10, **values: Any) -> dict[str, Any]:
    return {"kind": "face", "left": left, "top": 20, "width": 30, "height": 40, **values}


def address(media: Media) -> str:
    return reverse("photo-hide", args=[media.pk])


def report_page() -> str:
    return reverse("report", args=[Report.objects.unscoped(reason="test").get().pk])


def hide(client: Client, media: Media, *rows: dict[str, Any], **values: Any) -> Any:
    return client.post(f"{address(media)}?back={report_page()}", parts(*rows, **values))


def test_page_of_the_report_leads_there_and_back(seen: Media, enter) -> None:
    client = enter("acceptor")
    assert f"{address(seen)}?back=" in client.get(report_page()).content.decode()
    assert address(seen) not in enter("supervisor").get(report_page()).content.decode()
    answer = hide(client, seen, row(), {"kind": "other"})
    assert (answer.status_code, answer.url) == (302, report_page())
    (box,) = Redaction.objects.get().boxes
    assert box == {"kind": "face", "left": 0.1, "top": 0.2, "width": 0.3, "height": 0.4}
    assert "1 part is hidden." in client.get(answer.url).content.decode()


def test_page_shows_what_is_hidden_to_change_it(seen: Media, enter) -> None:
    client = enter("acceptor")
    hide(client, seen, row(), row(50, kind="plate"))
    assert "Being prepared" in client.get(address(seen)).content.decode()
    evidence.process(media_id=seen.pk, now=clock.now())
    page = client.get(address(seen))
    assert [form.initial["left"] for form in page.context["parts"].forms[:2]] == [10, 50]
    assert "2 parts hidden" in page.content.decode()
    hide(client, seen, row(DELETE="on"), row(50, kind="plate"), initial=2)
    assert [[box["kind"] for box in each.boxes] for each in Redaction.objects.order_by("number")] == [
        ["face", "plate"],
        ["plate"],
    ]
    evidence.process(media_id=seen.pk, now=clock.now())
    assert "parts are hidden" in client.get(report_page()).content.decode()


def test_form_without_parts_notes_that_nothing_needs_to_be_hidden(seen: Media, enter) -> None:
    client = enter("acceptor")
    hide(client, seen, {"kind": "other"})
    assert Redaction.objects.get().boxes == []
    assert "nothing to hide" in client.get(report_page()).content.decode()


@pytest.mark.parametrize(
    "wrong", [{"left": "far"}, {"left": 101}, {"left": ""}, {"kind": "beard"}, {"width": 0}, {"left": "nan"}]
)
def test_part_that_is_none_is_told_and_nothing_is_changed(seen: Media, enter, wrong: dict[str, Any]) -> None:
    answer = hide(enter("acceptor"), seen, row(**wrong))
    assert answer.status_code in (400, 422)
    assert not Redaction.objects.exists()


def test_form_that_was_tampered_with_is_refused(seen: Media, enter) -> None:
    client = enter("acceptor")
    for data in ({}, {"part-TOTAL_FORMS": "9999", "part-INITIAL_FORMS": "0"}, {"part-TOTAL_FORMS": "-1"}):
        assert client.post(address(seen), data).status_code == 422
    assert not Redaction.objects.exists()


def test_post_that_may_not_hides_nothing(seen: Media, enter) -> None:
    assert enter("supervisor").get(address(seen)).status_code == 403
    assert enter("dispatcher").post(address(seen), parts(row())).status_code == 403
