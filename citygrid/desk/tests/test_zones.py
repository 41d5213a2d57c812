"""What came from a forbidden zone is marked on the pages of reports and cases."""

from datetime import timedelta

import pytest
from django.urls import reverse

from citygrid.cases.models import Case
from citygrid.desk.tests.factories import CLERK, COVER, City, add_administrator
from citygrid.geography.choices import LayerKind
from citygrid.geography.models import Layer
from citygrid.geography.tests.factories import forbid
from citygrid.kernel import clock


@pytest.fixture
def zone(city: City) -> None:
    forbid(CLERK)


@pytest.mark.usefixtures("zone")
def test_mark_is_shown_in_the_list_on_the_report_and_on_its_case(city: City, enter) -> None:
    marked = city.report(0, clock.now() - timedelta(hours=1), category_key=COVER)
    plain = city.report(300, clock.now() - timedelta(hours=1))
    client = enter("acceptor")
    listed = client.get(reverse("reports")).content.decode()
    assert "No fireworks here" in listed and plain.receipt in listed
    waiting = client.get(reverse("reports"), {"state": "received"}).content.decode()
    assert "No fireworks here" in waiting
    only = client.get(reverse("reports"), {"zone": "forbidden"}).content.decode()
    assert marked.receipt in only and plain.receipt not in only
    assert "all day" in client.get(reverse("report", args=[marked.report_id])).content.decode()
    assert "No fireworks here" not in client.get(reverse("report", args=[plain.report_id])).content.decode()
    client.post(reverse("report-accept", args=[marked.report_id]), {"category": COVER})
    case = Case.objects.unscoped(reason="test").get()
    assert "No fireworks here · all day" in client.get(reverse("case", args=[case.number])).content.decode()


def test_layer_of_zones_is_added_on_its_page_and_its_editor_asks_for_hours(city: City, enter) -> None:
    add_administrator(city, language="en")
    client = enter("system_administrator")
    names = {"code": "stalls", "name_zh": "占道经营", "name_en": "Stalls", "has_hours": "on"}
    client.post(reverse("layers"), names)
    assert Layer.objects.get(code="stalls").kind == LayerKind.ZONE
    drawn = client.get(reverse("layer-edit", args=["stalls"])).content.decode()
    assert 'name="from_hour"' in drawn and "Draw a point" not in drawn
    refused = client.post(reverse("layers"), {**names, "code": "green"}).content.decode()
    assert "only they, are of the kind area layer" in refused
