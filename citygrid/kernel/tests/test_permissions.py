import pytest

from citygrid.kernel import permissions
from citygrid.kernel.actor import Reach, system_actor
from citygrid.kernel.errors import NotPermitted
from citygrid.kernel.tests.factories import make_actor


@pytest.fixture(autouse=True)
def _forget_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(permissions, "_declared", dict(permissions.declared()))


def test_declared_permission_is_listed_under_its_code() -> None:
    assert permissions.declare("kernel.thing:try", "Try things") == "kernel.thing:try"
    assert permissions.declared()["kernel.thing:try"] == "Try things"


@pytest.mark.parametrize("code", ["thing:try", "kernel.thing", "Kernel.thing:try", "kernel.thing:try ", ""])
def test_malformed_permission_fails_when_it_is_declared(code: str) -> None:
    with pytest.raises(ValueError, match="malformed"):
        permissions.declare(code, "Try things")


def test_permission_declared_twice_fails() -> None:
    permissions.declare("kernel.thing:try", "Try things")
    with pytest.raises(ValueError, match="already"):
        permissions.declare("kernel.thing:try", "Try other things")


def test_actor_may_do_what_its_post_is_granted_and_nothing_else() -> None:
    actor = make_actor(permissions=frozenset({"kernel.thing:try"}))
    actor.require("kernel.thing:try")
    with pytest.raises(NotPermitted):
        actor.require("kernel.thing:break")


def test_platform_itself_may_do_everything_and_is_marked_as_automatic() -> None:
    actor = system_actor("Nightly job")
    actor.require("kernel.thing:break")
    assert (actor.is_automatic, actor.account_id, actor.label) == (True, None, "Nightly job")


def test_reach_covers_areas_below_its_prefixes_only() -> None:
    reach = Reach(areas=("110101001", "110102"))
    assert reach.covers_area("110101001002")
    assert not reach.covers_area("110101")
    assert not Reach().covers_area("110101")
