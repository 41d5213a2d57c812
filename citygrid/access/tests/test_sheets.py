"""Organisations, posts, accounts, holdings and units of places come in from files, and go out to them."""

from datetime import date, timedelta

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citygrid.access import errors, queries, services
from citygrid.access.models import Account, Holding, Organisation, Post
from citygrid.access.tests.factories import NOW, hold, make_account, make_actor, make_organisation, make_post
from citygrid.geography import services as geography_services
from citygrid.geography.choices import LayerKind
from citygrid.geography.models import Feature, Layer
from citygrid.geography.tests.factories import ACTOR, make_streets
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import Conflict, NotFound, NotPermitted
from citygrid.kernel.models import AuditEntry
from citygrid.kernel.sheets import runs
from citygrid.kernel.sheets.errors import ChangedSince
from citygrid.kernel.sheets.ports import ports_of
from citygrid.kernel.tests.factories import run_at_once
from citygrid.kernel.tests.sheet_files import check, faults, round_trip, rows_of, write

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 2)
CREDIT = "91350100M000100Y43"  # the example of GB 32100-2015
OWNER = {"organisations": "system_administrator", "accounts": "system_administrator", "places": "system_administrator"}
OWNER |= {"posts": "security_administrator", "holdings": "security_administrator"}


@pytest.fixture
def streets() -> None:
    make_streets()


def keeper(sheet: str, areas: tuple[str, ...] = ("",)) -> Actor:
    return make_actor(OWNER[sheet], areas=areas, unit=make_organisation(area_code=areas[0]))


def unit(code: str = "env-01", **values: str) -> dict[str, str]:
    plain = {"code": code, "name_zh": "环卫中心", "name_en": "", "kind": "sanitation", "parent": ""}
    return plain | {"credit_code": "", "area": "", "active": "yes"} | values


def seat(**values: str) -> dict[str, str]:
    plain = {"organisation": "env-01", "role": "dispatcher", "title_zh": "派遣员", "title_en": ""}
    return plain | {"areas": "*", "categories": "", "active": "yes"} | values


def person(login: str = "wang", **values: str) -> dict[str, str]:
    return {"login": login, "name": "王小明", "language": "", "active": "yes"} | values


def held(**values: str) -> dict[str, str]:
    plain = {"login": "wang", "organisation": "env-01", "role": "dispatcher", "title_zh": "派遣员"}
    return plain | {"from": TODAY.isoformat(), "until": ""} | values


@pytest.fixture
def staff() -> Account:
    """The account wang, the unit env-01, and its post of a dispatcher."""
    make_post("dispatcher", organisation=make_organisation("env-01"))
    return make_account("wang")


def undo(run, actor: Actor) -> None:
    runs.undo_run(run_id=run.pk, actor=actor, now=NOW + timedelta(hours=1))


# All five


def populate() -> None:
    company = make_organisation("env-01", area_code="900001", credit_code=CREDIT)
    make_organisation("env-02", parent=company, name_en="")
    post = make_post("supervisor", organisation=company, areas=["900001001", "900001002"], categories=["a/b", "c"])
    make_account("wang", language="en", posts=[post])
    hold(make_account("li"), post, from_date=TODAY, until_date=date(2026, 12, 31))
    add = {"layer_code": "water", "geom": Point(116.3, 39.8), "valid_from_date": TODAY, "actor": ACTOR, "now": NOW}
    named = {"name_zh": "北湖", "name_en": ""}
    geography_services.add_layer(
        code="water", kind=LayerKind.AREA, owner_unit_id=company.pk, actor=ACTOR, now=NOW, **named
    )
    geography_services.add_feature(code="w1", responsible_unit_id=company.pk, **named, **add)
    geography_services.add_feature(code="w2", **named, **add)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("sheet", OWNER)
def test_what_was_exported_comes_in_again_as_the_same(streets: None, sheet: str, form: str) -> None:
    populate()
    counts = round_trip(sheet, form, keeper(sheet), NOW)
    assert counts["same"] >= 2
    assert (counts["new"], counts["changed"], counts["wrong"]) == (0, 0, 0)


def test_each_administrator_has_the_sheets_of_their_own_power() -> None:
    offered = {role: {port.code for port in ports_of(make_actor(role))} for role in set(OWNER.values())}
    assert offered["security_administrator"] == {"posts", "holdings"}
    assert {"organisations", "accounts", "places"} <= offered["system_administrator"]
    assert not offered["system_administrator"] & offered["security_administrator"]
    assert ports_of(make_actor("dispatcher")) == []


@pytest.mark.parametrize("sheet", OWNER)
def test_sheet_is_closed_to_who_may_not_keep_its_records(sheet: str) -> None:
    other = next(role for role in set(OWNER.values()) if role != OWNER[sheet])
    with pytest.raises(NotPermitted):
        runs.export(sheet=sheet, form="csv", actor=make_actor(other), now=NOW)


WRITTEN = {
    "organisations": [unit("env-0" + number) for number in "123"],
    "accounts": [person("w" + number) for number in "123"],
    "posts": [seat(title_zh="派遣员" + number) for number in "123"],
}


@pytest.mark.parametrize("sheet", WRITTEN)
def test_number_of_queries_does_not_grow_with_the_rows(sheet: str) -> None:
    actor, spent = keeper(sheet), []
    make_organisation("env-01")
    (name,) = {"organisations": ["code"], "accounts": ["login"], "posts": ["title_zh"]}[sheet]
    for count, prefix in ((2, "a"), (40, "b")):
        rows = [WRITTEN[sheet][0] | {name: f"{prefix}{number}"} for number in range(count)]
        with CaptureQueriesContext(connection) as caught:
            write(sheet, actor, NOW, *rows)
        spent.append(len(caught))
    assert spent[0] == spent[1]


# Organisations


def test_units_come_in_with_their_parents_in_any_order(streets: None) -> None:
    actor = keeper("organisations")
    write("organisations", actor, NOW, unit("b", parent="a", area="900001001", credit_code=CREDIT.lower()), unit("a"))
    below = Organisation.objects.get(code="b")
    assert (below.parent.code, below.area_code, below.credit_code) == ("a", "900001001", CREDIT)
    entry = AuditEntry.objects.get(subject=f"access.organisation/{below.pk}")
    assert (entry.action, entry.data["name_zh"], entry.account_id) == ("create", "环卫中心", actor.account_id)


def test_changed_unit_keeps_what_the_file_does_not_name() -> None:
    make_organisation("env-01", name_en="Kept")
    write("organisations", keeper("organisations"), NOW, {"code": "env-01", "name_zh": "改名", "kind": "roads"})
    found = Organisation.objects.get(code="env-01")
    assert (found.name_zh, found.name_en, found.kind, found.is_active) == ("改名", "Kept", "roads", True)
    entry = AuditEntry.objects.get(subject=f"access.organisation/{found.pk}")
    assert entry.data == {"kind": ["sanitation", "roads"], "name_zh": ["环卫中心", "改名"]}


UNIT_FAULTS = [
    (unit(credit_code="91350100M000100Y44"), "credit_code", "wrong_check_character"),
    (unit(credit_code=CREDIT), "credit_code", "taken"),
    (unit(parent="nowhere"), "parent", "unknown_reference"),
    (unit(parent="env-01"), "parent", "circle"),
    (unit("top", parent="below"), "parent", "circle"),
    (unit(area="900009"), "area", "unknown_reference"),
    (unit(area="9000"), "area", "wrong_form"),
    (unit(kind=""), "kind", "blank"),
    (unit(name_zh="长" * 201), "name_zh", "too_long"),
    (unit(active="perhaps"), "active", "unknown_choice"),
]


@pytest.mark.parametrize(("row", "column", "code"), UNIT_FAULTS)
def test_fault_of_a_unit_is_named(streets: None, row: dict[str, str], column: str, code: str) -> None:
    make_organisation("below", parent=make_organisation("top"), credit_code=CREDIT)
    assert faults("organisations", keeper("organisations"), NOW, row) == [(2, column, code)]


def test_two_rows_that_hang_below_each_other_are_both_wrong() -> None:
    rows = [unit("a", parent="b"), unit("b", parent="a"), unit("c", parent="a")]
    found = faults("organisations", keeper("organisations"), NOW, *rows)
    assert found == [(2, "parent", "circle"), (3, "parent", "circle")]


def test_units_outside_the_posts_areas_are_neither_shown_nor_changed(streets: None) -> None:
    make_organisation("east", area_code="900001002")
    make_organisation("west", area_code="900001001")
    actor = keeper("organisations", ("900001001",))
    assert "east" not in {row["code"] for row in rows_of("organisations", actor, NOW)}
    assert faults("organisations", actor, NOW, unit("east", area="900001001")) == [(2, "code", "outside_reach")]
    assert faults("organisations", actor, NOW, unit("west", area="900001002")) == [(2, "area", "outside_reach")]
    for given in (
        services.OrganisationIn("east", "k", "n", area_code="900001001"),
        services.OrganisationIn("x", "k", "n"),
    ):
        with pytest.raises(errors.OutsideReach):
            services.put_organisations(organisations=[given], actor=actor, now=NOW)


def test_undoing_closes_new_units_and_gives_changed_ones_back() -> None:
    make_organisation("old")
    actor = keeper("organisations")
    before = rows_of("organisations", actor, NOW)
    run = write("organisations", actor, NOW, unit("old", name_zh="改名"), unit("new", parent="old"))
    undo(run, actor)
    assert not Organisation.objects.get(code="new").is_active
    assert [row for row in rows_of("organisations", actor, NOW) if row["code"] != "new"] == before


def test_undoing_is_refused_when_a_unit_was_changed_by_another_way() -> None:
    actor = keeper("organisations")
    run = write("organisations", actor, NOW, unit("a"), unit("b"))
    changed = Organisation.objects.get(code="b")
    services.move_organisation(
        organisation_id=changed.pk, parent_id=Organisation.objects.get(code="a").pk, actor=actor, now=NOW
    )
    with pytest.raises(ChangedSince) as refused:
        undo(run, actor)
    assert str(refused.value).endswith("b")
    assert Organisation.objects.get(code="a").is_active


def test_service_refuses_what_a_file_was_told() -> None:
    actor = keeper("organisations")
    make_organisation("taken", credit_code=CREDIT)
    refused = [
        (services.OrganisationIn("a", "k", "n", parent_code="nowhere"), NotFound),
        (services.OrganisationIn("a", "k", "n", parent_code="a"), errors.InsideItself),
        (services.OrganisationIn("a", "k", "n", credit_code="1"), errors.WrongCreditCode),
        (services.OrganisationIn("a", "k", "n", credit_code=CREDIT), Conflict),
    ]
    for given, refusal in refused:
        with pytest.raises(refusal):
            services.put_organisations(organisations=[given], actor=actor, now=NOW)
    assert not Organisation.objects.filter(code="a").exists()


# Posts


def test_posts_come_in_with_areas_and_categories(streets: None) -> None:
    make_organisation("env-01", name_zh="环卫")
    write(
        "posts",
        keeper("posts"),
        NOW,
        seat(organisation="环卫", role="派遣员", areas="900001001；900001002", categories="s/matter/01"),
        seat(title_zh="值守"),
    )
    narrow, wide = (Post.objects.get(title_zh=title) for title in ("派遣员", "值守"))
    assert (narrow.areas, narrow.categories) == (["900001001", "900001002"], ["s/matter/01"])
    assert (wide.areas, wide.categories, wide.is_active) == ([""], [], True)


def test_fault_of_a_post_is_named(streets: None) -> None:
    unit_ = make_organisation("env-01")
    make_post("dispatcher", organisation=unit_, areas=["900001002"])
    actor = make_actor("security_administrator", areas=("900001001",), unit=unit_)
    own = seat(role="security_administrator", title_zh="安全管理员", areas="900001001")
    for row, column, code in [
        (seat(title_zh="新", areas=""), "areas", "blank"),
        (seat(title_zh="新", areas="900009"), "areas", "unknown_reference"),
        (seat(title_zh="新", areas="900001002"), "areas", "outside_reach"),
        (seat(title_zh="新", areas="*"), "areas", "outside_reach"),
        (seat(title_zh="新", areas="9"), "areas", "wrong_form"),
        (seat(title_zh="新", areas="900001001", role="king"), "role", "unknown_choice"),
        (seat(title_zh="新", areas="900001001", organisation="nowhere"), "organisation", "unknown_choice"),
        (seat(areas="900001001"), "title_zh", "outside_reach"),
        (own | {"categories": "x"}, "title_zh", "own_post"),
    ]:
        assert faults("posts", actor, NOW, row) == [(2, column, code)]


def test_nobody_changes_their_own_post_past_the_file() -> None:
    actor = keeper("posts")
    own = queries.post(actor.post_id)  # type: ignore[arg-type]
    given = services.PostIn(own.organisation.code, own.role, own.title_zh, areas=("",), categories=())
    with pytest.raises(errors.OwnPost):
        services.put_posts(posts=[given], actor=actor, now=NOW)


def test_posts_that_a_file_cannot_tell_apart_are_left_alone() -> None:
    company = make_organisation("env-01")
    for _ in range(2):
        make_post("dispatcher", organisation=company)
    assert faults("posts", keeper("posts"), NOW, seat(title_en="x")) == [(2, "title_zh", "several_records")]


def test_undoing_closes_new_posts(staff: Account) -> None:
    actor = keeper("posts")
    undo(write("posts", actor, NOW, seat(title_zh="新岗"), seat(title_en="Dispatcher 2")), actor)
    assert not Post.objects.get(title_zh="新岗").is_active
    assert Post.objects.get(title_zh="派遣员").title_en == "Dispatcher"


# Accounts


def test_new_accounts_have_no_password_and_no_file_can_give_one() -> None:
    actor = keeper("accounts")
    write("accounts", actor, NOW, person("Wang"), person("li", language="English", name="李"))
    assert [Account.objects.get(login=login).has_usable_password() for login in ("wang", "li")] == [False, False]
    assert Account.objects.get(login="li").language == "en"
    assert faults("accounts", actor, NOW, person() | {"password": "x"}) == [(1, "", "unknown_header")]


def test_changing_an_account_keeps_its_password() -> None:
    before = make_account("wang", password="Plum-rain-in-June-7")
    write("accounts", keeper("accounts"), NOW, person(name="改名", active="no"))
    after = Account.objects.get(login="wang")
    assert (after.password, after.display_name, after.is_active) == (before.password, "改名", False)


def test_fault_of_an_account_is_named() -> None:
    actor = keeper("accounts")
    own = queries.all_accounts(actor)[0].login
    for row, column, code in [
        (person("two words"), "login", "wrong_form"),
        (person(""), "login", "blank"),
        (person(name=""), "name", "blank"),
        (person(language="Klingon"), "language", "unknown_choice"),
        (person(own, active="no"), "active", "own_account"),
    ]:
        assert faults("accounts", actor, NOW, row) == [(2, column, code)]
    with pytest.raises(errors.OwnAccount):
        services.put_accounts(accounts=[services.AccountIn(own, "x", is_active=False)], actor=actor, now=NOW)


def test_undoing_closes_new_accounts() -> None:
    actor = keeper("accounts")
    undo(write("accounts", actor, NOW, person()), actor)
    assert not Account.objects.get(login="wang").is_active


# Holdings


def test_holdings_begin_and_end_by_file(staff: Account) -> None:
    actor = keeper("holdings")
    write("holdings", actor, NOW, held())
    write("holdings", actor, NOW, held(until="2026-12-31"))
    assert [(one.from_date, one.until_date) for one in staff.holdings.all()] == [(TODAY, date(2026, 12, 31))]
    assert queries.actor_for(staff.pk, staff.holdings.get().post_id, NOW) is not None


def test_undone_holding_was_never_held_and_can_be_given_again(staff: Account) -> None:
    actor = keeper("holdings")
    for _ in range(2):
        undo(write("holdings", actor, NOW, held()), actor)
        assert staff.holdings.get().until_date == TODAY
        assert queries.only_actor(staff.pk, NOW) is None


def test_fault_of_a_holding_is_named(staff: Account) -> None:
    actor = keeper("holdings")
    own = Account.objects.get(pk=actor.account_id).login
    make_post("audit_administrator", organisation=Organisation.objects.get(code="env-01"))
    hold(make_account("li"), Post.objects.get(organisation__code="env-01", role="dispatcher"))
    hold(make_account("zhao"), make_post("system_administrator"))
    Account.objects.filter(pk=make_account("gone").pk).update(is_active=False)
    for row, column, code in [
        (held(login="nobody"), "login", "unknown_reference"),
        (held(login="gone"), "login", "closed"),
        (held(login=own), "login", "own_post"),
        (held(title_zh="没有"), "title_zh", "unknown_reference"),
        (held(until="2026-03-02"), "until", "ends_before_it_begins"),
        (held(**{"from": "2025-01-01", "until": "2025-02-01"}), "until", "past"),
        (held(**{"from": ""}), "from", "blank"),
        (held(login="li"), "from", "held_already"),
        (held(login="zhao", role="audit_administrator", title_zh="审计管理员"), "role", "administrators_exclude"),
    ]:
        assert faults("holdings", actor, NOW, row) == [(2, column, code)]


def test_two_rows_of_one_file_do_not_give_a_post_twice(staff: Account) -> None:
    rows = [held(until="2026-06-01"), held(**{"from": "2026-05-01"}), held(**{"from": "2026-06-01"})]
    assert faults("holdings", keeper("holdings"), NOW, *rows) == [(3, "from", "held_already")]


def test_posts_outside_the_actors_areas_are_not_given(streets: None, staff: Account) -> None:
    actor = keeper("holdings", ("900001001",))
    assert faults("holdings", actor, NOW, held()) == [(2, "title_zh", "outside_reach")]
    given = services.HoldingIn("wang", ("env-01", "dispatcher", "派遣员"), TODAY)
    with pytest.raises(errors.OutsideReach):
        services.put_holdings(holdings=[given], actor=actor, now=NOW)


def test_table_refuses_a_holding_given_twice_whatever_was_checked(staff: Account) -> None:
    actor, post = keeper("holdings"), ("env-01", "dispatcher", "派遣员")
    hold(staff, Post.objects.get(organisation__code="env-01"))
    with pytest.raises(Conflict):
        services.put_holdings(holdings=[services.HoldingIn("wang", post, TODAY)], actor=actor, now=NOW)
    assert Holding.objects.filter(account=staff).count() == 1


# Units of layers and places


def test_units_of_layers_and_places_change_and_change_back(streets: None) -> None:
    populate()
    actor, roads = keeper("places"), make_organisation("roads")
    rows = [{"layer": "water", "feature": "", "unit": "roads"}, {"layer": "water", "feature": "w2", "unit": "roads"}]
    run = write("places", actor, NOW, *rows)
    place = Feature.objects.get(code="w2")
    assert (Layer.objects.get().owner_unit_id, place.responsible_unit_id) == (roads.pk, roads.pk)
    entry = AuditEntry.objects.get(subject=f"geography.feature/{place.pk}", action="charge")
    assert entry.data == {"before": "", "unit": str(roads.pk)}
    undo(run, actor)
    assert Layer.objects.get().owner_unit_id == Organisation.objects.get(code="env-01").pk
    assert Feature.objects.get(code="w2").responsible_unit_id is None


def test_fault_of_a_place_is_named(streets: None) -> None:
    populate()
    for row, column, code in [
        ({"layer": "water", "feature": "w9", "unit": "env-01"}, "feature", "unknown_reference"),
        ({"layer": "lava", "feature": "w1", "unit": "env-01"}, "layer", "unknown_choice"),
        ({"layer": "water", "feature": "w1", "unit": "nowhere"}, "unit", "unknown_choice"),
    ]:
        assert faults("places", keeper("places"), NOW, row) == [(2, column, code)]


# Two at once


@pytest.mark.django_db(transaction=True)
def test_of_many_who_create_the_same_all_but_one_are_told_that_it_is_there() -> None:
    actor = make_actor("system_administrator")

    def both(number: int) -> list[str]:
        told = []
        for create, given in (
            (services.create_organisation, {"code": "env-01", "kind": "k", "name_zh": "n"}),
            (
                services.create_organisation,
                {"code": f"w-{number}", "credit_code": CREDIT, "kind": "k", "name_zh": "n"},
            ),
            (services.create_account, {"login": "wang", "display_name": "王"}),
        ):
            try:
                create(**given, actor=actor, now=NOW)
                told.append("created")
            except errors.AlreadyThere:
                told.append("there")
        return told

    for outcomes in zip(*run_at_once(both, 4), strict=True):
        assert sorted(outcomes) == ["created", "there", "there", "there"]


def test_dry_run_writes_nothing() -> None:
    check("accounts", keeper("accounts"), NOW, person())
    assert not Account.objects.filter(login="wang").exists()
