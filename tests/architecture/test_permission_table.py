"""Every address says who may open it, and docs/permissions.md says the same."""

import sys
from types import ModuleType

import pytest
from django.http import HttpResponse
from django.urls import include, path

from citygrid.kernel.permissions import declared
from citygrid.kernel.web import PUBLIC, SIGNED_IN, requires
from tools import permission_table


def test_every_view_says_who_may_open_it():
    assert [name for name, permission in permission_table.addresses().items() if permission is None] == []


def test_views_demand_only_declared_permissions():
    known = {PUBLIC, SIGNED_IN, *declared()}
    assert {permission for permission in permission_table.addresses().values() if permission} - known == set()


def test_page_of_permissions_says_what_the_code_does():
    assert permission_table.PAGE.read_text() == permission_table.page(), "run: python -m tools.permission_table"


def unmarked(request):
    return HttpResponse()


@pytest.fixture
def stray_address(settings, monkeypatch):
    """An address below a namespace whose view says nothing, and one that does."""
    urls = ModuleType("stray_urls")
    inner = ([path("stray/", unmarked, name="stray"), path("open/", requires(PUBLIC)(unmarked))], "inner")
    urls.urlpatterns = [path("x/", include(inner))]
    monkeypatch.setitem(sys.modules, "stray_urls", urls)
    settings.ROOT_URLCONF = "stray_urls"


def test_address_without_a_permission_is_found_wherever_it_hides(stray_address):
    assert permission_table.addresses() == {"inner:stray": None, "inner:open/": PUBLIC}
