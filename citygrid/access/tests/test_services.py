from datetime import date, timedelta
from itertools import permutations

import pytest
from django.db import IntegrityError, connection, transaction

from citygrid.access import errors, permissions, queries, rules, services
from citygrid.access.choices import ADMINISTRATORS
from citygrid.access.models import Account, Holding, Organisation, Post, SignIn
from citygrid.access.tests.factories import (
    LONG_AGO,
    NOW,
    PASSWORD,
    hold,
    make_account,
    make_actor,
    make_organisation,
    make_post,
)
from citygrid.kernel.actor import system_actor
from citygrid.kernel.errors import Invalid, NotFound, NotPermitted
from citygrid.kernel.ids import uuid7
from citygrid.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db
CREDIT_CODE = "91350100M000100Y43"
TODAY = date(2026, 3, 2)
TWO_ADMINISTRATORS = list(permutations(ADMINISTRATORS, 2))


@pytest.fixture
def system():
    return system_actor("test")


def actions(record):
    entries = AuditEntry.objects.filter(subject=f"{record._meta.label_lower}/{record.pk}").order_by("id")
    return list(entries.values_list("action", flat=True))


def create_organisation(actor, code="roads", **given):
    return services.create_organisation(
        **{"code": code, "kind": "municipal_works", "name_zh": "市政中心", **given}, actor=actor, now=NOW
    )


def test_organisation_is_created_and_audited(system):
    parent = make_organisation()
    created = create_organisation(system, parent_id=parent.id, credit_code=CREDIT_CODE, area_code="110101")
    assert Organisation.objects.get(code="roads").parent == parent
    assert actions(created) == ["create"]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"credit_code": CREDIT_CODE[:-1] + "4"}, errors.WrongCreditCode),
        ({"code": "taken"}, errors.AlreadyThere),
        ({"credit_code": CREDIT_CODE}, errors.AlreadyThere),
        ({"parent_id": uuid7()}, NotFound),
    ],
)
def test_organisation_is_refused_whole(system, given, refusal):
    make_organisation("taken", credit_code=CREDIT_CODE)
    with pytest.raises(refusal):
        create_organisation(system, **given)
    assert Organisation.objects.count() == 1
    assert not AuditEntry.objects.exists()


def test_organisation_is_moved_with_what_is_below(system):
    top, other = make_organisation(), make_organisation()
    middle = make_organisation(parent=top)
    leaf = make_organisation(parent=middle)
    services.move_organisation(organisation_id=middle.id, parent_id=other.id, actor=system, now=NOW)
    assert queries.unit_tree_ids(other.id) == {other.id, middle.id, leaf.id}
    assert queries.unit_tree_ids(top.id) == {top.id}
    assert actions(middle) == ["move"]


def test_organisation_is_not_moved_below_itself(system):
    top = make_organisation()
    leaf = make_organisation(parent=make_organisation(parent=top))
    for parent in (top, leaf):
        with pytest.raises(errors.InsideItself):
            services.move_organisation(organisation_id=top.id, parent_id=parent.id, actor=system, now=NOW)


def test_administrators_work_within_their_areas_only():
    actor = make_actor("system_administrator", areas=["110101"])
    create_organisation(actor, area_code="110101001")
    for area_code in ("", "110102", "1101"):
        with pytest.raises(errors.OutsideReach):
            create_organisation(actor, code="elsewhere", area_code=area_code)


def create_post(actor, role="dispatcher", areas=("110101",), organisation=None):
    organisation_id = (organisation or make_organisation()).id
    return services.create_post(
        organisation_id=organisation_id, role=role, title_zh="派遣一岗", areas=areas, actor=actor, now=NOW
    )


def test_post_is_created_and_audited(system):
    created = create_post(system)
    assert Post.objects.get().areas == ["110101"]
    assert actions(created) == ["create"]


def test_post_needs_a_role_and_an_area(system):
    with pytest.raises(errors.UnknownRole):
        create_post(system, role="emperor")
    with pytest.raises(Invalid):
        create_post(system, areas=[])


def test_security_administrator_gives_no_wider_reach_than_their_own():
    actor = make_actor("security_administrator", areas=["110101"])
    with pytest.raises(errors.OutsideReach):
        create_post(actor, areas=["110101", ""])


def assign(actor, account, post, **days):
    return services.assign_post(account_id=account.id, post_id=post.id, **days, actor=actor, now=NOW)


def test_assigned_post_is_acted_as_from_today(system):
    account, post = make_account(), make_post()
    assign(system, account, post)
    assert queries.actor_for(account.id, post.id, NOW)
    assert actions(account) == ["assign-post"]


@pytest.mark.parametrize(("held", "wanted"), TWO_ADMINISTRATORS)
def test_three_administrators_exclude_one_another(system, held, wanted):
    account = make_account(posts=[make_post(held), make_post("dispatcher")])
    with pytest.raises(errors.AdministratorsExclude, match=queries.role_name(held)):
        assign(system, account, make_post(wanted))
    assert account.holdings.count() == 2


def test_administrators_exclude_one_another_in_time_only(system):
    account = make_account()
    hold(account, make_post("audit_administrator"), until_date=TODAY)
    ended = TODAY + timedelta(30)
    assign(system, account, make_post("system_administrator"), until_date=ended)
    with pytest.raises(errors.AdministratorsExclude):
        assign(system, account, make_post("security_administrator"), from_date=ended - timedelta(1))
    assign(system, account, make_post("security_administrator"), from_date=ended)
    assert account.holdings.count() == 3


@pytest.mark.parametrize(("held", "wanted"), TWO_ADMINISTRATORS)
def test_database_excludes_administrators_without_the_service(held, wanted):
    account = make_account(posts=[make_post(held)])
    with pytest.raises(IntegrityError, match="administrators_exclude_one_another"), transaction.atomic():
        hold(account, make_post(wanted))
    hold(account, make_post(held))
    hold(account, make_post("dispatcher"))


def test_database_ties_the_role_of_a_holding_to_its_post():
    account, post = make_account(), make_post("audit_administrator")
    with pytest.raises(IntegrityError, match="holding_has_the_role_of_its_post"), transaction.atomic():
        Holding.objects.create(account=account, post=post, role="dispatcher", from_date=LONG_AGO)
        connection.check_constraints()
    hold(account, post)
    connection.check_constraints()
    with pytest.raises(IntegrityError, match="holding_has_the_role_of_its_post"), transaction.atomic():
        Post.objects.filter(id=post.id).update(role="dispatcher")
        connection.check_constraints()


def test_post_is_held_once_at_a_time(system):
    post = make_post()
    account = make_account(posts=[post])
    with pytest.raises(errors.HeldAlready):
        assign(system, account, post)
    with pytest.raises(IntegrityError, match="post_held_once"), transaction.atomic():
        hold(account, post, from_date=TODAY)


def test_holding_does_not_end_before_it_starts(system):
    with pytest.raises(Invalid):
        assign(system, make_account(), make_post(), from_date=TODAY, until_date=TODAY)


def test_nobody_gives_a_post_to_themselves():
    account = make_account()
    actor = make_actor("security_administrator", account=account)
    with pytest.raises(errors.OwnPost):
        assign(actor, account, make_post())


def test_ended_holding_ends_at_once_and_once(system):
    post = make_post()
    account = make_account(posts=[post])
    for _ in range(2):
        services.end_holding(holding_id=account.holdings.get().id, actor=system, now=NOW)
    assert queries.actor_for(account.id, post.id, NOW) is None
    assert actions(account) == ["end-holding"]


def test_holding_ended_before_its_first_day_is_never_held(system):
    account, post = make_account(), make_post()
    holding = hold(account, post, from_date=TODAY + timedelta(3))
    services.end_holding(holding_id=holding.id, actor=system, now=NOW)
    assert queries.actor_for(account.id, post.id, NOW + timedelta(5)) is None


def test_appointment_uses_the_post_that_is_there(system):
    unit = make_organisation("roads")
    for login in ("wang", "li"):
        make_account(login)
        services.appoint(
            login=login, role="department", organisation_code="roads", areas=["110101"], actor=system, now=NOW
        )
    assert Post.objects.get().organisation == unit
    assert Holding.objects.count() == 2


def test_new_account_cannot_sign_in(system):
    created = services.create_account(login=" Wang ", display_name="王", actor=system, now=NOW)
    assert (created.login, created.has_usable_password()) == ("wang", False)
    assert actions(created) == ["create"]
    for password in ("", "!", created.password):
        with pytest.raises(errors.SignInRefused):
            services.sign_in(login="wang", password=password, now=NOW)


def test_logins_differ_by_more_than_case(system):
    make_account("wang")
    with pytest.raises(errors.AlreadyThere):
        services.create_account(login="WANG", display_name="王", actor=system, now=NOW)
    with pytest.raises(IntegrityError, match="login_is_lower_case"), transaction.atomic():
        make_account("Wang")


@pytest.mark.parametrize("weak", ["short-1", "password123", "wangxiaoming1"])
def test_weak_password_is_refused(system, weak):
    make_account("wangxiaoming")
    with pytest.raises(Invalid):
        services.set_password(login="wangxiaoming", password=weak, actor=system, now=NOW)


def test_sign_in_takes_the_right_password_in_any_case_of_the_login(system):
    account = make_account("wang")
    services.set_password(login="wang", password=PASSWORD, actor=system, now=NOW)
    assert services.sign_in(login=" Wang", password=PASSWORD, now=NOW) == account
    assert actions(account) == ["set-password", "sign-in"]
    assert SignIn.objects.get().is_success


def test_many_accounts_get_one_password_at_the_price_of_one_hash(system, django_assert_num_queries):
    accounts = [make_account(f"wang{n}") for n in range(5)]
    logins = [account.login for account in accounts]
    with django_assert_num_queries(5):  # two of them a savepoint
        services.set_passwords(logins=logins, password=PASSWORD, actor=system, now=NOW)
    assert len(set(Account.objects.values_list("password", flat=True))) == 1
    assert all(actions(account) == ["set-password"] for account in accounts)
    assert services.sign_in(login="wang3", password=PASSWORD, now=NOW) == accounts[3]


def test_passwords_of_many_are_set_for_all_or_none(system):
    account, _ = make_account("wang"), make_account("li")
    for logins, password, fault in ((["wang", "nobody"], PASSWORD, NotFound), (["wang", "li"], "short-1", Invalid)):
        with pytest.raises(fault):
            services.set_passwords(logins=logins, password=password, actor=system, now=NOW)
    assert actions(account) == []


def test_refused_sign_ins_look_alike_and_are_kept():
    wrong = make_account("wang", password=PASSWORD)
    closed = make_account("li", password=PASSWORD)
    closed.is_active = False
    closed.save()
    told = set()
    for login, password in [("wang", "no"), ("li", PASSWORD), ("nobody", PASSWORD)]:
        with pytest.raises(errors.SignInRefused) as refused:
            services.sign_in(login=login, password=password, now=NOW)
        told.add(str(refused.value))
    assert len(told) == 1
    assert SignIn.objects.filter(is_success=False).count() == 3
    assert actions(wrong) == actions(closed) == ["sign-in-refused"]


def test_login_rests_after_ten_failures_for_a_quarter_of_an_hour():
    make_account("wang", password=PASSWORD)
    make_account("li", password=PASSWORD)
    for _ in range(10):
        with pytest.raises(errors.SignInRefused):
            services.sign_in(login="wang", password="no", now=NOW)
    with pytest.raises(errors.TooManyFailures, match="15"):
        services.sign_in(login="wang", password=PASSWORD, now=NOW + timedelta(minutes=14))
    assert SignIn.objects.count() == 10
    assert services.sign_in(login="li", password=PASSWORD, now=NOW)
    assert services.sign_in(login="wang", password=PASSWORD, now=NOW + timedelta(minutes=15))


def fail(login, address, times):
    for _ in range(times):
        with pytest.raises(errors.SignInRefused):
            services.sign_in(login=login, password="no", address=address, now=NOW)


def test_failures_from_one_address_keep_nobody_elsewhere_out():
    make_account("wang", password=PASSWORD)
    fail("wang", "203.0.113.7", 10)
    with pytest.raises(errors.TooManyFailures):
        services.sign_in(login="wang", password=PASSWORD, address="203.0.113.7", now=NOW)
    assert services.sign_in(login="wang", password=PASSWORD, address="198.51.100.1", now=NOW)


def test_address_that_tries_many_logins_rests_alone(monkeypatch):
    monkeypatch.setitem(rules.MOST_FAILURES, "address", 5)
    make_account("wang", password=PASSWORD)
    for number in range(5):
        fail(f"guess{number}", "203.0.113.7", 1)
    with pytest.raises(errors.TooManyFailures):
        services.sign_in(login="wang", password=PASSWORD, address="203.0.113.7", now=NOW)
    assert services.sign_in(login="wang", password=PASSWORD, address="203.0.113.8", now=NOW)
    later = NOW + timedelta(minutes=16)
    assert services.sign_in(login="wang", password=PASSWORD, address="203.0.113.7", now=later)


def test_login_that_is_guessed_from_many_addresses_rests_everywhere(monkeypatch):
    monkeypatch.setitem(rules.MOST_FAILURES, "login", 5)
    make_account("wang", password=PASSWORD)
    for number in range(5):
        fail("wang", f"203.0.113.{number}", 1)
    with pytest.raises(errors.TooManyFailures):
        services.sign_in(login="wang", password=PASSWORD, address="198.51.100.1", now=NOW)


def test_old_attempts_are_forgotten_and_recent_ones_kept():
    for days in (181, 179, 0):
        SignIn.objects.create(login="wang", at=NOW - timedelta(days=days), is_success=False)
    assert services.forget_sign_ins(now=NOW) == 1
    assert SignIn.objects.count() == 2


def test_closed_account_acts_no_more(system):
    account = make_account("wang", password=PASSWORD, posts=[make_post()])
    services.close_account(account_id=account.id, actor=system, now=NOW)
    assert queries.posts_of(account.id, NOW) == []
    with pytest.raises(errors.SignInRefused):
        services.sign_in(login="wang", password=PASSWORD, now=NOW)


def test_verbs_need_their_permission():
    """Each verb, tried by an actor of every role: only roles with the permission get past it."""
    account, post, unit = make_account(), make_post(), make_organisation()
    held = hold(make_account(), post)
    verbs = {
        permissions.MANAGE_ORGANISATIONS: [
            lambda actor: create_organisation(actor, code=actor.role),
            lambda actor: services.move_organisation(organisation_id=unit.id, parent_id=None, actor=actor, now=NOW),
        ],
        permissions.MANAGE_POSTS: [
            create_post,
            lambda actor: assign(actor, make_account(), post),
            lambda actor: services.end_holding(holding_id=held.id, actor=actor, now=NOW),
        ],
        permissions.MANAGE_ACCOUNTS: [
            lambda actor: services.create_account(login=actor.role, display_name="王", actor=actor, now=NOW),
            lambda actor: services.set_password(login=account.login, password=PASSWORD, actor=actor, now=NOW),
            lambda actor: services.close_account(account_id=account.id, actor=actor, now=NOW),
        ],
    }
    for role in queries.roles():
        actor = make_actor(role)
        for permission, tried in verbs.items():
            for verb in tried:
                if actor.may(permission):
                    verb(actor)
                else:
                    with pytest.raises(NotPermitted, match=permission):
                        verb(actor)
    assert Account.objects.filter(login="system_administrator").exists()
