from datetime import date, timedelta

import pytest
from django.utils import translation

from citygrid.access import queries
from citygrid.access.choices import ADMINISTRATORS
from citygrid.access.errors import UnknownRole
from citygrid.access.models import Post, SignIn
from citygrid.access.tests.factories import (
    NOW,
    hold,
    make_account,
    make_actor,
    make_organisation,
    make_post,
)
from citygrid.kernel.actor import Axis
from citygrid.kernel.errors import NotFound
from citygrid.kernel.ids import uuid7
from citygrid.kernel.permissions import declared

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


def test_roles_hold_the_axes_apart():
    axes = {code: role.axis for code, role in queries.roles().items()}
    assert {code for code, axis in axes.items() if axis is Axis.SUPPORT} == set(ADMINISTRATORS)
    assert axes["dispatcher"] is Axis.COMMAND
    assert axes["department"] is Axis.HANDLING
    assert {axes[code] for code in ("supervisor", "acceptor", "shift_leader", "inspector")} == {Axis.SUPERVISION}


def test_every_declared_permission_is_granted_to_some_role():
    granted = set().union(*(role.grants for role in queries.roles().values()))
    assert set(declared()) - granted == set()


def test_administrators_see_no_cases_and_no_contacts():
    for code in ADMINISTRATORS:
        assert not queries.role(code).grants & {"cases.case:view", "cases.case:act", "intake.contact:reveal"}


def test_unknown_role_is_refused():
    with pytest.raises(UnknownRole):
        queries.role("emperor")


def test_actor_is_what_its_post_is():
    unit = make_organisation()
    actor = make_actor("dispatcher", areas=["110101", "110102"], unit=unit, categories=["gb/component/01"])
    assert (actor.role, actor.axis, actor.unit_id) == ("dispatcher", Axis.COMMAND, unit.id)
    assert actor.reach.areas == ("110101", "110102")
    assert actor.reach.units is None
    assert actor.reach.categories == ("gb/component/01",)
    assert actor.permissions == queries.role("dispatcher").grants
    assert actor.label == "王小明 (派遣员)"
    assert not actor.is_automatic


def test_department_reaches_its_own_organisation_and_those_below():
    top = make_organisation()
    middle = make_organisation(parent=top)
    below = make_organisation(parent=middle)
    make_organisation(parent=top)
    assert make_actor("department", unit=middle).reach.units == {middle.id, below.id}


@pytest.mark.parametrize(
    ("from_date", "until_date", "is_held"),
    [
        (TODAY, None, True),
        (TODAY, TODAY + timedelta(1), True),
        (TODAY + timedelta(1), None, False),
        (TODAY - timedelta(9), TODAY, False),
    ],
)
def test_post_is_acted_as_only_on_the_days_it_is_held(from_date, until_date, is_held):
    account, post = make_account(), make_post()
    hold(account, post, from_date=from_date, until_date=until_date)
    assert (queries.actor_for(account.id, post.id, NOW) is not None) == is_held
    assert queries.posts_of(account.id, NOW) == ([post] if is_held else [])


def test_day_of_a_holding_begins_at_midnight_in_shanghai():
    account, post = make_account(), make_post()
    hold(account, post, from_date=TODAY)
    midnight = NOW - timedelta(hours=9)
    assert queries.actor_for(account.id, post.id, midnight)
    assert queries.actor_for(account.id, post.id, midnight - timedelta(seconds=1)) is None


@pytest.mark.parametrize("closed", ["account", "post", "organisation"])
def test_nobody_acts_through_what_is_closed(closed):
    post = make_post()
    account = make_account(posts=[post])
    record = {"account": account, "post": post, "organisation": post.organisation}[closed]
    record.is_active = False
    record.save()
    assert queries.actor_for(account.id, post.id, NOW) is None
    assert queries.only_actor(account.id, NOW) is None


def test_post_of_somebody_else_is_not_acted_as():
    post = make_post()
    make_account(posts=[post])
    assert queries.actor_for(make_account().id, post.id, NOW) is None


def test_only_one_post_is_chosen_by_itself():
    one, two = make_post(), make_post("acceptor")
    assert queries.only_actor(make_account().id, NOW) is None
    assert queries.only_actor(make_account(posts=[one]).id, NOW).post_id == one.id
    assert queries.only_actor(make_account(posts=[one, two]).id, NOW) is None


@pytest.mark.parametrize(("role", "reads"), [("dispatcher", 1), ("department", 2)])
def test_actor_costs_at_most_two_queries(role, reads, django_assert_num_queries):
    post = make_post(role)
    account = make_account(posts=[post])
    with django_assert_num_queries(reads):
        queries.actor_for(account.id, post.id, NOW)
    with django_assert_num_queries(reads):
        queries.only_actor(account.id, NOW)


def test_posts_are_read_with_their_organisations_in_one_query(django_assert_num_queries):
    account = make_account(posts=[make_post(role) for role in ("dispatcher", "acceptor", "supervisor")])
    with django_assert_num_queries(1):
        assert len([post.organisation.name for post in queries.posts_of(account.id, NOW)]) == 3


def test_unit_tree_is_one_query_at_any_depth(django_assert_num_queries):
    units = [make_organisation()]
    for _ in range(6):
        units.append(make_organisation(parent=units[-1]))
    with django_assert_num_queries(1):
        assert queries.unit_tree_ids(units[0].id) == {unit.id for unit in units}
    assert queries.unit_tree_ids(uuid7()) == frozenset()


def test_posts_for_choice_are_those_whose_areas_include_the_place():
    city, street = make_post("supervisor"), make_post("supervisor", areas=["110101001"])
    make_post("supervisor", areas=["110102"])
    make_post("acceptor", areas=["110101001"])
    assert {post.id for post in queries.posts_for_choice("supervisor", "110101001005")} == {city.id, street.id}
    assert {post.id for post in queries.posts_for_choice("supervisor", "110101002")} == {city.id}


def test_units_for_choice_are_in_or_around_the_area():
    city, district, street = (make_organisation(area_code=code) for code in ("", "110101", "110101001"))
    elsewhere, other_kind = make_organisation(area_code="110102"), make_organisation(kind="lighting")
    near = {unit.id for unit in queries.units_for_choice("sanitation", "110101")}
    assert near == {city.id, district.id, street.id}
    assert {unit.id for unit in queries.units_for_choice("sanitation", "110101001")} == near
    everything = {unit.id for unit in queries.units_for_choice()}
    assert everything == near | {elsewhere.id, other_kind.id}


def test_units_for_work_have_a_post_that_can_take_it_or_lie_below_one_that_has():
    made = {name: make_organisation(name, area_code="110101") for name in ("here", "elsewhere", "office", "without")}
    below = make_organisation("below", area_code="110101", parent=made["here"])
    make_post("department", organisation=made["here"], areas=["110101001"], categories=["city/waste"])
    make_post("department", organisation=made["elsewhere"], areas=["110101002", "110102"])
    make_post("system_administrator", organisation=made["office"], areas=["110101001"])
    gone = make_post("department", organisation=made["office"], areas=["110101001"])
    Post.objects.filter(pk=gone.pk).update(is_active=False)
    charge = queries.Charge(("department",), "110101001005", "city/waste/heaps")
    assert {unit.code for unit in queries.units_for_work(charge)} == {"here", "below"}
    assert queries.unit_for(below.id, charge).can_take
    assert not any(queries.unit_for(made[name].id, charge).can_take for name in ("elsewhere", "office", "without"))
    assert not queries.units_for_work(charge._replace(category_key="city/roads/holes"))
    anybody = charge._replace(role_codes=())
    assert {unit.code for unit in queries.units_for_work(anybody)} == {"here", "below", "office"}
    assert queries.unit_for(uuid7(), charge) is None


def test_organisations_are_found_by_id_and_code():
    unit = make_organisation("roads")
    assert queries.organisation(unit.id) == queries.organisation_by_code("roads") == unit
    assert queries.organisations([unit.id, uuid7()]) == {unit.id: unit}
    assert queries.organisations_by_code(["roads", "none"]) == {"roads": unit}


def test_what_is_not_there_is_not_found():
    for read, key in [
        (queries.organisation, uuid7()),
        (queries.organisation_by_code, "none"),
        (queries.post, uuid7()),
    ]:
        with pytest.raises(NotFound):
            read(key)


def test_failures_count_since_the_last_success_and_for_a_quarter_of_an_hour():
    def attempt(minutes_ago, is_success):
        SignIn.objects.create(login="wang", at=NOW - timedelta(minutes=minutes_ago), is_success=is_success)

    def failures(login):
        return queries.failures_of(login, "", NOW)["login"]

    attempt(16, False)
    assert failures("wang") == 0
    attempt(9, False)
    attempt(8, True)
    attempt(7, False)
    attempt(6, False)
    assert failures("wang") == 2
    assert failures("li") == 0


def test_names_follow_the_language():
    post = make_post()
    assert post.title == "派遣员"
    with translation.override("en"):
        assert (post.title, post.organisation.name) == ("Dispatcher", "Sanitation centre")
