"""A limit is changed without code: seen before, from a day on, and for cases filed from then on alone."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils.timezone import localdate

from citygrid.catalogue import queries
from citygrid.desk.tests.factories import COVER, LITTER, TO_FILED, City
from citygrid.kernel import clock
from citygrid.kernel.models import AuditEntry

Enter = Callable[[str], Client]
CODE = f"{COVER}/1"
PAGE = f"/administration/standard/?{urlencode({'code': CODE})}"

pytestmark = pytest.mark.usefixtures("administrators")


def said(client: Client, **changes: str) -> dict[str, object]:
    """The form as it stands, changed so."""
    form = client.get(PAGE).context["form"]
    values = {bound.name: bound.value() for bound in form if bound.value() not in (None, "")}
    return {**values, "act": "preview", **changes}


def test_limit_is_seen_before_it_is_published(enter: Enter, city: City) -> None:
    client, start = enter("system_administrator"), clock.now() - timedelta(hours=2)
    city.play(city.case(0, start), *TO_FILED, start=start)
    city.case(2, start)
    answer = client.post(PAGE, said(client, limit="8"))
    assert [(was, becomes) for _, was, becomes in answer.context["changes"]] == [("4", "8")]
    assert answer.context["concerned"] == (1, 1)
    assert len(queries.standard_versions(CODE)) == 1


def test_case_filed_before_keeps_its_limit_and_one_filed_after_has_the_new_one(enter: Enter, city: City) -> None:
    client, start = enter("system_administrator"), clock.now() - timedelta(hours=2)
    before = city.play(city.case(0, start), *TO_FILED, start=start)
    was = before.due_at
    assert client.post(PAGE, said(client, limit="8", act="publish")).status_code == 302
    old, new = queries.standard_versions(CODE)
    assert (old.limit.value, new.limit.value, new.valid_from_date) == (4, 8, localdate(clock.now()))
    city.standards[COVER].pk = new.id
    after = city.play(city.case(2, start), *TO_FILED, start=start)
    before.refresh_from_db()
    assert (before.due_at, before.standard_id) == (was, old.id)
    assert (after.standard_id, float(after.limit[0]), float(before.limit[0])) == (new.id, 8, 4)
    assert AuditEntry.objects.filter(subject=f"catalogue.standard/{CODE}", actor_label__startswith="冯管理").exists()


def test_limit_of_a_later_day_waits_for_it(enter: Enter, city: City) -> None:
    client, today = enter("system_administrator"), localdate(clock.now())
    day = today + timedelta(days=10)
    assert client.post(PAGE, said(client, limit="8", act="publish", holds_from=str(day))).status_code == 302
    limits = [queries.standards_for(COVER, on)[0].limit.value for on in (today, day)]
    assert limits == [4, 8]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "soon"}, "limit"),
        ({"condition_zh": ""}, "condition_zh"),
        ({"limit": "8", "holds_from": "2020-01-01"}, "holds_from"),
        ({}, "__all__"),
    ],
)
def test_change_that_cannot_be_is_refused_at_its_field(enter: Enter, changes: dict[str, str], field: str) -> None:
    client = enter("system_administrator")
    answer = client.post(PAGE, {**said(client, act="publish"), **changes})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert len(queries.standard_versions(CODE)) == 1


def test_standard_is_withdrawn_from_a_day_on(enter: Enter) -> None:
    client = enter("system_administrator")
    assert client.post(PAGE, said(client, act="withdraw")).status_code == 302
    assert queries.standards_for(COVER, localdate(clock.now())) == []


def test_standard_is_added_to_a_category(enter: Enter) -> None:
    client = enter("system_administrator")
    page = f"/administration/standard/?{urlencode({'category': LITTER})}"
    form = client.get(page).context["form"]
    values = {bound.name: bound.value() for bound in form if bound.value()}
    given = {"code": f"{LITTER}/2", "condition_zh": "堆积", "closing_zh": "清运", "limit": "1", "unit": "work_day"}
    assert client.post(page, {**values, **given, "act": "publish"}).status_code == 302
    assert {each.code for each in queries.standards_for(LITTER, localdate(clock.now()))} == {
        f"{LITTER}/1",
        f"{LITTER}/2",
    }


def test_only_who_keeps_standards_is_led_to_change_them(enter: Enter) -> None:
    address = f"/categories/{COVER}/"
    pages = {login: enter(login).get(address).content.decode() for login in ("system_administrator", "dispatcher")}
    assert {login: "/administration/standard/" in page for login, page in pages.items()} == {
        "system_administrator": True,
        "dispatcher": False,
    }
    assert enter("dispatcher").get(PAGE).status_code == 403
    assert enter("system_administrator").get("/administration/standard/?code=none").status_code == 404
