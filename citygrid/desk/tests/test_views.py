"""Views of lists: a filter and an order under a name, for oneself, one's unit, or all of an area."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from citygrid.access.tests import factories as access
from citygrid.desk import errors, queries, rules, services
from citygrid.desk.choices import Audience, ListPage
from citygrid.desk.models import SavedView
from citygrid.desk.tests.factories import City, add_administrator
from citygrid.kernel import clock
from citygrid.kernel.errors import NotFound, NotPermitted
from citygrid.kernel.models import AuditEntry

LATE = "lamp=red&sort=due"


def keep(city: City, login: str, name: str, audience: Audience = Audience.MINE, query: str = LATE) -> SavedView:
    return services.keep_view(
        page=ListPage.CASES,
        name=name,
        query=query,
        audience=audience,
        actor=city.actor(login, clock.now()),
        now=clock.now(),
    )


def offered(city: City, login: str, page: ListPage = ListPage.CASES) -> list[str]:
    return [view.name for view in queries.views(page, city.actor(login, clock.now()))]


def post(client: Client, **given: str) -> Any:
    data = {"page": "cases", "name": "Late", "query": LATE, "audience": "mine"} | given
    return client.post(reverse("view-keep"), data, follow=True)


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("lamp=red&sort=due", "lamp=red&sort=due"),
        ("page=3&open=1&lamp=red&words=", "lamp=red"),
        ("words=%E4%BA%95+%E7%9B%96", "words=%E4%BA%95+%E7%9B%96"),
        ("", ""),
    ],
)
def test_address_is_kept_without_the_place_in_the_list(query: str, kept: str) -> None:
    assert rules.lasting(query) == kept


def test_view_is_offered_to_its_maker_its_unit_or_the_posts_inside_the_area(city: City) -> None:
    keep(city, "acceptor", "own")
    keep(city, "acceptor", "of the centre", Audience.UNIT)
    keep(city, "shift_leader", "of the district", Audience.SHARED)
    assert offered(city, "acceptor") == ["of the centre", "of the district", "own"]
    assert offered(city, "dispatcher") == ["of the centre", "of the district"]
    assert offered(city, "water") == ["of the district"]
    assert offered(city, "acceptor", ListPage.REPORTS) == []


def test_shared_view_is_not_offered_around_the_area_of_who_shares(city: City) -> None:
    inside = access.make_post("shift_leader", organisation=city.water, areas=["900001001"])
    city.accounts["street_lead"] = access.make_account("street_lead", posts=[inside])
    keep(city, "street_lead", "of the street", Audience.SHARED)
    assert (
        offered(city, "street_lead") == offered(city, "shift_leader") == ["of the street"]
    )  # who may share, may drop
    assert offered(city, "acceptor") == []


def test_same_name_replaces_the_view_and_is_on_record(city: City) -> None:
    first = keep(city, "acceptor", "Late")
    second = keep(city, "acceptor", " Late ", query="lamp=yellow&page=2")
    assert (first.pk, second.query) == (second.pk, "lamp=yellow")
    told = (
        AuditEntry.objects.filter(subject=f"desk.view/{first.pk}").order_by("id").values_list("action", "data__query")
    )
    assert list(told) == [("keep", LATE), ("keep", "lamp=yellow")]


def test_only_who_may_shares(city: City) -> None:
    add_administrator(city)
    keep(city, "system_administrator", "all", Audience.SHARED)
    with pytest.raises(NotPermitted):
        keep(city, "acceptor", "Late", Audience.SHARED)
    assert offered(city, "acceptor") == ["all"]


@pytest.mark.parametrize("given", [{"name": " "}, {"name": "x" * 61}, {"name": "x", "query": f"words={'x' * 1000}"}])
def test_view_without_a_fitting_name_or_address_is_refused(city: City, given: dict[str, str]) -> None:
    with pytest.raises(errors.ViewUnfit):
        keep(city, "acceptor", **given)


def test_account_keeps_no_more_views_than_one_may(city: City, monkeypatch) -> None:
    monkeypatch.setattr(services, "MOST_VIEWS", 2)
    for name in ("a", "b", "a"):
        keep(city, "acceptor", name)
    with pytest.raises(errors.TooManyViews):
        keep(city, "acceptor", "c")


def test_view_is_dropped_by_its_maker_and_a_shared_one_by_who_may_share(city: City) -> None:
    now = clock.now()
    own, of_unit = keep(city, "acceptor", "own"), keep(city, "acceptor", "unit", Audience.UNIT)
    shared = keep(city, "shift_leader", "shared", Audience.SHARED)
    for login, view in (("shift_leader", own), ("shift_leader", of_unit), ("acceptor", shared), ("water", own)):
        with pytest.raises(NotFound):
            services.drop_view(view_id=view.pk, actor=city.actor(login, now), now=now)
    add_administrator(city)
    assert "shared" in offered(city, "system_administrator")
    for login, view in (("acceptor", own), ("acceptor", of_unit), ("system_administrator", shared)):
        services.drop_view(view_id=view.pk, actor=city.actor(login, now), now=now)
        assert AuditEntry.objects.filter(subject=f"desk.view/{view.pk}", action="drop").count() == 1
    assert offered(city, "acceptor") == []


@pytest.mark.parametrize("page", ListPage.values)
def test_list_is_kept_from_its_page_found_in_its_menu_and_dropped_there(city: City, enter, page: str) -> None:
    client = enter("acceptor")
    shown = post(client, page=page, query="lamp=red&page=2")
    assert shown.redirect_chain == [(f"{reverse(page)}?lamp=red", 302)]
    [(title, [line])] = shown.context["views"]
    assert (title, line.name, line.is_current, line.may_drop) == ("Mine", "Late", True, True)
    assert "Kept as the view “Late”." in shown.content.decode()
    gone = client.post(reverse("view-drop", args=[line.id]), follow=True)
    assert gone.context["views"] == [] and gone.redirect_chain == shown.redirect_chain


def test_menu_offers_to_share_only_who_may(city: City, enter) -> None:
    for login, offers in {"acceptor": ["mine", "unit"], "shift_leader": ["mine", "unit", "shared"]}.items():
        form = enter(login).get(reverse("cases"), {"lamp": "red"}).context["keep_view"]
        assert [value for value, _label in form.fields["audience"].choices] == offers
        assert form.initial == {"page": "cases", "query": "lamp=red"}
    assert post(enter("acceptor"), audience="shared").status_code == 400
    assert post(enter("acceptor"), page="sheets").status_code == 400
    assert SavedView.objects.unscoped(reason="test").count() == 0


def test_shared_view_of_somebody_else_is_dropped_only_by_who_may(city: City, enter) -> None:
    view = keep(city, "shift_leader", "shared", Audience.SHARED)
    assert enter("acceptor").post(reverse("view-drop", args=[view.pk])).status_code == 404
    [(title, [line])] = enter("acceptor").get(reverse("cases")).context["views"]
    assert (title, line.may_drop) == ("Shared", False)
