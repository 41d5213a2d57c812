from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.test import Client, RequestFactory
from django.utils import timezone

from citygrid.access import services
from citygrid.access.models import Holding, Post, SignIn
from citygrid.access.tests.factories import PASSWORD, make_account, make_organisation, make_post
from citygrid.access.web.middleware import POST_KEY, ActorMiddleware
from citygrid.kernel.actor import system_actor
from citygrid.kernel.models import AuditEntry
from citygrid.kernel.web import requires

pytestmark = pytest.mark.django_db
THERE = "/cases/?lamp=red"


@pytest.fixture
def home(settings):
    return resolve_url(settings.LOGIN_REDIRECT_URL)


def sign_in(client, login="wang", password=PASSWORD, **more):
    return client.post("/sign-in/", {"login": login, "password": password, **more})


def acting(client, account):
    """The request of a signed-in browser as views get it."""
    request = RequestFactory().get("/")
    request.user, request.session, request.COOKIES = account, client.session, {}
    ActorMiddleware(lambda _: HttpResponse())(request)
    return request


def signed_in(client, **given):
    account = make_account("wang", password=PASSWORD, **given)
    client.force_login(account)
    return account


def test_sign_in_page_asks_for_login_and_password(client):
    page = client.get("/sign-in/", {"next": THERE}, headers={"accept-language": "en"}).content.decode()
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert 'value="/cases/?lamp=red"' in page
    assert "Sign in" in page


def test_sign_in_page_is_chinese_by_default(client):
    page = client.get("/sign-in/").content.decode()
    assert "登录" in page
    assert "Password" not in page


def test_account_with_one_post_goes_on_to_where_it_wanted(client):
    make_account("wang", password=PASSWORD, posts=[make_post()])
    answer = sign_in(client, next=THERE)
    assert (answer.status_code, answer["Location"]) == (302, THERE)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_sign_in_never_leads_to_another_site(client, home, elsewhere):
    make_account("wang", password=PASSWORD, posts=[make_post()])
    assert sign_in(client, next=elsewhere)["Location"] == home


def test_account_with_several_posts_chooses_first(client):
    make_account("wang", password=PASSWORD, posts=[make_post(), make_post("acceptor")])
    assert sign_in(client, next=THERE)["Location"] == "/choose-post/?next=%2Fcases%2F%3Flamp%3Dred"


def test_sign_in_gives_the_session_a_new_key(client):
    make_account("wang", password=PASSWORD)
    client.get("/sign-in/")
    session = client.session
    session["before"] = True
    session.save()
    client.cookies["sessionid"] = session.session_key
    sign_in(client)
    assert client.session.session_key != session.session_key


def test_wrong_password_is_told_and_nobody_is_signed_in(client):
    make_account("wang", password=PASSWORD)
    answer = sign_in(client, password="wrong", next=THERE)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "登录名与密码不符" in page
    assert 'value="wang"' in page
    assert "wrong" not in page
    assert SESSION_KEY not in client.session


def test_login_that_rests_is_told_how_long(client):
    make_account("wang", password=PASSWORD)
    for _ in range(10):
        SignIn.objects.create(login="wang", address="127.0.0.1", at=timezone.now(), is_success=False)
    answer = sign_in(client)
    assert answer.status_code == 429
    assert "15" in answer.content.decode()


def test_empty_form_counts_as_no_attempt(client):
    assert sign_in(client, login="", password="").status_code == 200
    assert not SignIn.objects.exists()


def test_signed_in_account_is_not_asked_again(client, home):
    signed_in(client)
    assert client.get("/sign-in/")["Location"] == home


def test_sign_out_ends_the_session_and_is_audited(client):
    signed_in(client)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert SESSION_KEY not in client.session
    assert AuditEntry.objects.get().action == "sign-out"


def test_new_password_ends_old_sessions(client):
    signed_in(client)
    services.set_password(login="wang", password="Autumn-leaves-9", actor=system_actor("test"), now=timezone.now())
    assert client.get("/choose-post/").status_code == 302


def test_posts_to_choose_from_are_shown_with_unit_and_role(client):
    unit = make_organisation(name_zh="指挥中心")
    post = make_post(organisation=unit)
    Post.objects.filter(id=post.id).update(title_zh="派遣一岗")
    signed_in(client, posts=[post, make_post("acceptor")])
    page = client.get("/choose-post/").content.decode()
    assert all(words in page for words in ("派遣一岗", "派遣员", "受理员", "指挥中心", str(post.id)))


def test_account_without_a_post_is_told_whom_to_ask(client):
    signed_in(client)
    assert "安全管理员" in client.get("/choose-post/").content.decode()


def test_choosing_a_post_asks_for_a_sign_in_first(client):
    assert client.get("/choose-post/")["Location"].startswith("/sign-in/?next=")


def test_chosen_post_acts_until_another_is_chosen(client):
    dispatcher, acceptor = make_post(), make_post("acceptor")
    account = signed_in(client, posts=[dispatcher, acceptor])
    assert acting(client, account).actor is None
    for post in (dispatcher, acceptor):
        assert client.post("/choose-post/", {"post": post.id, "next": THERE})["Location"] == THERE
        assert acting(client, account).actor.post_id == post.id


@pytest.mark.parametrize("sent", [None, "", "nonsense", "01a20847-401a-7fa4-9283-365072439d0c"])
def test_post_not_held_is_not_chosen(client, sent):
    account = signed_in(client, posts=[make_post(), make_post("acceptor")])
    answer = client.post("/choose-post/", {"post": sent} if sent is not None else {})
    assert answer.status_code == 404
    assert acting(client, account).actor is None


def test_only_post_is_chosen_by_itself(client):
    post = make_post()
    account = signed_in(client, posts=[post])
    request = acting(client, account)
    assert request.actor.post_id == post.id
    assert request.session[POST_KEY] == str(post.id)


def test_post_taken_away_acts_no_more_from_the_next_request_on(client):
    account = signed_in(client, posts=[make_post(), make_post("acceptor")])
    client.post("/choose-post/", {"post": account.holdings.first().post_id})
    assert acting(client, account).actor
    Holding.objects.update(until_date=timezone.localdate() - timedelta(1))
    assert acting(client, account).actor is None


@pytest.mark.parametrize(("role", "reads"), [("dispatcher", 1), ("department", 2)])
def test_middleware_costs_at_most_two_queries(client, role, reads, django_assert_num_queries):
    account = signed_in(client, posts=[make_post(role)])
    client.get("/choose-post/")
    session = client.session
    request = RequestFactory().get("/")
    request.user, request.session, request.COOKIES = account, session, {}
    assert session[POST_KEY]
    with django_assert_num_queries(reads):
        ActorMiddleware(lambda _: HttpResponse())(request)


def test_choice_of_a_post_costs_the_same_for_many_posts(client, django_assert_max_num_queries):
    signed_in(client, posts=[make_post(role) for role in ("dispatcher", "acceptor", "supervisor", "inspector")])
    with django_assert_max_num_queries(4):  # session, account, the only post?, posts
        client.get("/choose-post/")


def test_account_speaks_its_language_unless_the_browser_was_switched(client):
    signed_in(client, language="en")
    assert "Act as which post?" in client.get("/choose-post/").content.decode()
    client.cookies["django_language"] = "zh-hans"
    assert "以哪个岗位" in client.get("/choose-post/").content.decode()


def test_view_opens_to_posts_with_the_permission_only(client):
    view = requires("cases.case:open")(lambda request: HttpResponse("opened"))
    account = signed_in(client, posts=[make_post("acceptor")])
    assert view(acting(client, account)).content == b"opened"
    other = make_account(posts=[make_post("acceptor"), make_post("dispatcher")])
    client.force_login(other)
    assert view(acting(client, other))["Location"] == "/choose-post/"


NEW = "Snow-on-the-drum-tower-8"


def change(client, present=PASSWORD, password=NEW):
    return client.post("/password/", {"present": present, "password": password, "again": password})


def test_own_password_is_changed_by_who_knows_it_and_other_sessions_end(client, home):
    signed_in(client)
    other = Client()
    sign_in(other)
    assert client.get("/password/").status_code == 200
    assert change(client)["Location"] == home
    assert client.get("/password/").status_code == 200
    assert other.get("/password/").status_code == 302  # to sign in anew
    assert sign_in(other).status_code == 403
    assert sign_in(other, password=NEW).status_code == 302


def test_password_is_not_changed_by_who_does_not_know_it_or_to_a_weak_one(client):
    signed_in(client)
    wrong = change(client, present="guess-guess-guess")
    assert (wrong.status_code, "present" in wrong.context["form"].errors) == (422, True)
    weak = change(client, password="wang")
    assert (weak.status_code, "password" in weak.context["form"].errors) == (422, True)
    for _ in range(10):
        change(client, present="guess-guess-guess")
    assert "15" in str(change(client).context["form"].errors)
    assert sign_in(Client()).status_code != 302
