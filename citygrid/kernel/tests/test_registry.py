import pytest

from citygrid.kernel.registry import Registry


def test_registered_implementation_is_found_by_its_key() -> None:
    plugs: Registry[str] = Registry("map sources")
    assert plugs.register("xyz", "tiles") == "tiles"
    assert plugs.get("xyz") == "tiles"
    assert plugs.all() == {"xyz": "tiles"}


def test_key_is_registered_once() -> None:
    plugs: Registry[str] = Registry("map sources")
    plugs.register("xyz", "tiles")
    with pytest.raises(ValueError, match="'xyz' is registered already"):
        plugs.register("xyz", "other tiles")


def test_unknown_key_is_named_with_those_that_are_known() -> None:
    plugs: Registry[str] = Registry("map sources")
    plugs.register("xyz", "tiles")
    with pytest.raises(LookupError, match=r"'wms' is not registered \(known: xyz\)"):
        plugs.get("wms")


def test_list_of_implementations_cannot_be_used_to_register() -> None:
    plugs: Registry[str] = Registry("map sources")
    dict(plugs.all())["xyz"] = "tiles"
    assert plugs.all() == {}
