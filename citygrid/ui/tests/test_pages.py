"""Base pages, lists, problem pages and answers to HTMX."""

import re

import pytest
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import include, path
from django.utils import translation

from citygrid.kernel.errors import Conflict
from citygrid.ui.htmx import is_htmx, render_partial
from citygrid.ui.middleware import RefusalMiddleware
from citygrid.ui.shell import NavItem, PostChoice, Shell
from citygrid.ui.tables import Pager, query_with
from citygrid.ui.tests.factories import NOW, draw, table
from citygrid.ui.timeline import Entry

urlpatterns = [path("i18n/", include("django.conf.urls.i18n"))]
pytestmark = pytest.mark.urls(__name__)

SHELL = Shell(
    nav=[
        NavItem("Waiting", "/waiting/", "inbox", 57, True),
        NavItem("Cases", "/cases/", "folder", 1_000),
        NavItem("Map", "/map/", "map"),
    ],
    account_name="Wang Fang",
    posts=[PostChoice("p1", "Dispatcher", True), PostChoice("p2", "Shift leader")],
    post_url="/post/",
    search_url="/search/",
    data_at=NOW,
)


def page(requests, **context) -> str:
    return render_to_string("ui/base.html", {"shell": SHELL, **context}, requests.get("/waiting/?a=1"))


def test_the_rail_shows_counts_and_marks_where_we_are(requests):
    drawn = page(requests)
    assert re.search(r'<a href="/waiting/" aria-current="page">.*?<span class="count">57</span>', drawn)
    assert re.search(r'<a href="/cases/">.*?<span class="count">999\+</span>', drawn)
    assert '<a href="/map/">' in drawn


def test_the_page_says_its_language_and_offers_the_other(requests):
    drawn = page(requests)
    assert '<html lang="en"' in drawn
    assert 'value="zh-hans" lang="zh-hans">中文' in drawn
    assert 'name="next" value="/waiting/?a=1"' in drawn
    with translation.override("zh-hans"):
        drawn = page(requests)
    assert '<html lang="zh-hans"' in drawn
    assert ">English</button>" in drawn


def test_posts_are_switched_by_plain_buttons_in_a_form(requests):
    form = re.search(r'<form[^>]*action="/post/".*?</form>', page(requests), re.DOTALL)[0]
    assert re.findall(r'name="post" value="(\w+)"', form) == ["p1", "p2"]
    assert "csrfmiddlewaretoken" in form


def test_a_page_without_a_shell_still_comes(requests):
    assert "<main" in render_to_string("ui/base.html", {}, requests.get("/"))


def test_no_page_asks_another_host(requests):
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page(requests))


def test_a_heading_sorts_up_then_down_and_keeps_the_filters(requests):
    first = draw('{% include "ui/_table.html" %}', table=table(requests.get("/?area=1&page=4"), [("a", 1)]))
    assert 'href="?area=1&amp;sort=name"' in first
    again = draw('{% include "ui/_table.html" %}', table=table(requests.get("/?sort=name"), [("a", 1)]))
    assert 'aria-sort="ascending"' in again
    assert 'href="?sort=-name"' in again


def test_a_row_leads_to_its_page_by_its_first_cell_only(requests):
    drawn = draw('{% include "ui/_table.html" %}', table=table(requests.get("/"), [("a", 1), ("b", 12_345)]))
    assert re.findall(r'<td[^>]*><a href="([^"]+)"', drawn) == ["/a/", "/b/"]
    assert re.search(r'<td role="cell" class="col-number" data-label="Visits">12,345\s*</td>', drawn)
    assert "<caption>Things</caption>" in drawn


def test_an_empty_list_teaches_what_to_do_next(requests):
    drawn = draw('{% include "ui/_table.html" %}', table=table(requests.get("/"), []))
    assert "<table" not in drawn
    assert "New ones come here." in drawn
    assert '<a class="btn btn-primary" href="/all">Show all</a>' in drawn


def test_pages_keep_the_filters_and_end_at_both_ends(requests):
    pages = Paginator(range(30), 10)
    middle = Pager.of_page(requests.get("/?area=1&page=2"), pages.page(2))
    assert (middle.previous_url, middle.next_url) == ("?area=1&page=1", "?area=1&page=3")
    assert Pager.of_page(requests.get("/"), pages.page(1)).previous_url == ""
    assert Pager.of_page(requests.get("/"), pages.page(3)).next_url == ""


def test_a_query_is_changed_in_one_word_only(requests):
    request = requests.get("/?a=1&a=2&b=3")
    assert query_with(request, b=4) == "?a=1&a=2&b=4"
    assert query_with(request, a=None) == "?b=3"


def test_an_automatic_act_says_so_and_why():
    entries = [Entry(at=NOW, title="Dispatched", is_automatic=True, reason="Only rule 14 fits.", icon="send")]
    drawn = draw('{% include "ui/_timeline.html" %}', entries=entries)
    assert "automatic" in drawn
    assert "Only rule 14 fits." in drawn
    assert "automatic" not in draw('{% include "ui/_timeline.html" %}', entries=[Entry(at=NOW, title="Filed")])


@pytest.mark.parametrize("template", ["ui/problem", "403_csrf", "500"])
def test_a_problem_page_tells_what_happened_what_was_kept_and_what_to_do(template):
    drawn = render_to_string(f"{template}.html", {"kept": "all", "todo": "wait"})
    for heading in ("What happened", "What was kept", "What to do now"):
        assert f"<h2>{heading}</h2>" in drawn


@pytest.mark.parametrize("has_cookie", [True, False])
def test_form_that_is_too_old_speaks_of_cookies_only_where_none_came(has_cookie):
    drawn = render_to_string("403_csrf.html", {"no_cookie": not has_cookie})
    assert ("cookie" in drawn.lower()) is not has_cookie
    assert ("open too long" in drawn) is has_cookie


def refuse(request):
    return RefusalMiddleware(lambda _: HttpResponse()).process_exception(request, Conflict())


def test_a_refusal_becomes_a_page_a_part_or_json_with_its_own_status(requests):
    whole = refuse(requests.get("/", headers={"Accept": "text/html"}))
    part = refuse(requests.get("/", headers={"Accept": "text/html", "HX-Request": "true"}))
    program = refuse(requests.get("/", headers={"Accept": "application/json"}))
    assert [answer.status_code for answer in (whole, part, program)] == [409, 409, 409]
    assert b"<html" in whole.content
    assert b"<html" not in part.content
    assert b"kernel.conflict" in whole.content
    assert b"kernel.conflict" in part.content
    assert b'"code":"kernel.conflict"' in program.content


def test_a_fault_is_not_told_as_a_refusal(requests):
    assert RefusalMiddleware(lambda _: HttpResponse()).process_exception(requests.get("/"), KeyError()) is None


def test_htmx_gets_the_part_and_history_gets_the_whole_page(requests):
    plain = requests.get("/")
    part = requests.get("/", headers={"HX-Request": "true"})
    back = requests.get("/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert [is_htmx(request) for request in (plain, part, back)] == [False, True, False]
    context = {"entries": []}
    assert b"<html" not in render_partial(part, "ui/base.html", "ui/_timeline.html", context).content
    whole = render_partial(plain, "ui/base.html", "ui/_timeline.html", context)
    assert b"<html" in whole.content
    assert whole.headers["Vary"] == "HX-Request"
