import os
from pathlib import Path

import pytest

from citygrid.config import state


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "CITYGRID_STATE", "CITYGRID_PORT", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)


def test_two_checkouts_have_two_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    here = state.folder()
    monkeypatch.setattr(state, "ROOT", Path("/elsewhere") / state.ROOT.name)
    assert state.folder() != here
    assert state.folder().name.startswith(f"{state.ROOT.name}-")


def test_ordinary_user_keeps_state_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", "/home/wang")
    assert state.folder() == Path("/home/wang/.local/state/citygrid") / state.name()
    monkeypatch.setenv("XDG_STATE_HOME", "/srv/state")
    assert state.folder() == Path("/srv/state/citygrid") / state.name()


def test_root_keeps_state_under_var_lib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert state.folder() == Path("/var/lib/citygrid") / state.name()


def test_socket_path_always_fits_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITYGRID_STATE", "/srv/short")
    assert state.socket_folder() == Path("/srv/short/socket")
    # Six bytes each in UTF-8: it is bytes that are limited, not characters.
    monkeypatch.setenv("CITYGRID_STATE", "/srv/" + "网格" * 14)
    assert len(os.fsencode(state.socket_folder())) < 40


def test_private_cluster_is_reached_by_its_socket() -> None:
    assert state.is_private()
    settings = state.database()
    assert (settings["NAME"], settings["USER"]) == ("citygrid", "citygrid")
    assert settings["HOST"] == str(state.socket_folder())


def test_database_url_is_taken_apart_and_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://li%40hq:p%2Fw%23@db.example:6432/city%20one?sslmode=require")
    assert not state.is_private()
    assert state.database() == {
        "NAME": "city one",
        "USER": "li@hq",
        "PASSWORD": "p/w#",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }


def test_database_url_may_name_a_socket_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql:///city?host=/run/postgresql&port=5433")
    settings = state.database()
    assert (settings["HOST"], settings["PORT"], settings["OPTIONS"]) == ("/run/postgresql", "5433", {})


@pytest.mark.parametrize("url", ["mysql://secret@host/name", "postgres://secret@host", "postgres://secret@host/"])
def test_bad_database_url_is_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ValueError, match="DATABASE_URL must read") as refusal:
        state.database()
    assert "secret" not in str(refusal.value)


def test_ports_follow_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert state.port() == 8000
    monkeypatch.setenv("CITYGRID_PORT", "9100")
    assert (state.port("web"), state.port("live")) == (9100, 9101)
