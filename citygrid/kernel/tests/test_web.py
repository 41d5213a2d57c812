from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import path

from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotPermitted, SignedOut
from citygrid.kernel.tests.factories import make_actor
from citygrid.kernel.web import CHOOSE_POST, PUBLIC, SIGNED_IN, requires

PERMISSION = "kernel.thing:try"
HOLDER = make_actor(permissions=frozenset({PERMISSION}))


def _view(request: HttpRequest, number: int = 0) -> HttpResponse:
    """Answers."""
    return HttpResponse(f"number {number}")


urlpatterns = [path("posts", _view, name=CHOOSE_POST), path("sign-in", _view, name="sign-in")]


def _open(permission: str, *, signed_in: bool, actor: Actor | None = None, **headers: str) -> HttpResponse:
    request: Any = RequestFactory().get("/things?page=2", headers=headers)
    request.user, request.actor = SimpleNamespace(is_authenticated=signed_in), actor
    with override_settings(ROOT_URLCONF=__name__):
        return requires(permission)(_view)(request, number=3)


@pytest.mark.parametrize(
    ("permission", "signed_in", "actor"),
    [
        (PUBLIC, False, None),
        (PUBLIC, True, make_actor()),
        (SIGNED_IN, True, None),
        (SIGNED_IN, True, make_actor()),
        (PERMISSION, True, HOLDER),
    ],
)
def test_view_opens_to_whom_it_names(permission: str, signed_in: bool, actor: Actor | None) -> None:
    assert _open(permission, signed_in=signed_in, actor=actor).content == b"number 3"


@pytest.mark.parametrize("permission", [SIGNED_IN, PERMISSION])
def test_stranger_is_asked_to_sign_in_and_comes_back(permission: str) -> None:
    answer = _open(permission, signed_in=False)
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in?next=/things%3Fpage%3D2")


def test_a_part_of_a_page_takes_the_whole_page_to_the_sign_in_and_back() -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "https://elsewhere.example/waiting/?state=filed"}
    answer = _open(SIGNED_IN, signed_in=False, **headers)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/sign-in?next=/waiting/%3Fstate%3Dfiled")


def test_a_program_is_told_that_it_is_signed_out() -> None:
    with pytest.raises(SignedOut):
        _open(SIGNED_IN, signed_in=False, accept="application/json")


def test_account_without_a_post_is_asked_to_choose_one() -> None:
    answer = _open(PERMISSION, signed_in=True)
    assert (answer.status_code, answer["Location"]) == (302, "/posts")


def test_post_without_the_permission_is_refused() -> None:
    with pytest.raises(NotPermitted):
        _open(PERMISSION, signed_in=True, actor=make_actor())


def test_view_says_what_it_requires_and_keeps_its_name() -> None:
    view = requires(PERMISSION)(_view)
    assert (view.permission, view.__name__, view.__doc__) == (PERMISSION, "_view", "Answers.")  # type: ignore[attr-defined]
