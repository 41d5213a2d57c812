"""The import contracts of pyproject.toml prove themselves: on a stub tree they hold, and each breakage is caught."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tools.source import ROOT

PUBLIC = ["services", "queries", "models", "rules", "events", "choices", "permissions", "errors", "registry"]
BREAKAGES = {  # file of the stub tree: the line that does not belong there, and what the report says of it
    "kernel/clock.py": ("from citygrid.ui import forms", "citygrid.kernel is not allowed to import citygrid.ui"),
    "geography/queries.py": (
        "from citygrid.access import queries",
        "citygrid.geography is not allowed to import citygrid.access",
    ),
    "dispatch/errors.py": (
        "from citygrid.intake import errors",
        "citygrid.dispatch is not allowed to import citygrid.intake",
    ),
    "exchange/services.py": (
        "from citygrid.simulator import services",
        "citygrid.exchange is not allowed to import citygrid.simulator",
    ),
    "cases/models.py": (
        "from citygrid.cases import services",
        "citygrid.cases.models is not allowed to import citygrid.cases.services",
    ),
    "cases/rules.py": (
        "from citygrid.cases import queries",
        "citygrid.cases.rules is not allowed to import citygrid.cases.queries",
    ),
    "workflow/errors.py": (
        "from citygrid.workflow import models",
        "citygrid.workflow.errors is not allowed to import citygrid.workflow.models",
    ),
    "intake/queries.py": (
        "from citygrid.cases import models",
        "citygrid.intake.queries:1: from citygrid.cases import models",
    ),
    "desk/services.py": (
        "import citygrid.access.web.views",
        "citygrid.desk.services:1: import citygrid.access.web.views",
    ),
    "catalogue/rules.py": ("from django.db import models", "citygrid.catalogue.rules is not allowed to import django"),
    "intake/events.py": ("import django", "citygrid.intake.events is not allowed to import django"),
}
STRANGERS = {"citygrid/utils/__init__.py": "citygrid.utils", "citygrid/cases/helpers.py": "citygrid.cases.helpers"}


def contract() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]


@pytest.fixture
def stubs(tmp_path: Path) -> Path:
    """Every module that must exist, with the whole file vocabulary and not a line in it."""
    inside = next(one for one in contract()["contracts"] if one["id"] == "inside")
    modules = [name.removeprefix("citygrid.") for name in inside["containers"]]
    for module in modules:
        folder = tmp_path / "citygrid" / module
        (folder / "web").mkdir(parents=True)
        for name in ["__init__", *PUBLIC, "apps", "handlers", "tasks", "web/__init__", "web/views"]:
            (folder / f"{name}.py").touch()
    for module, name in (("kernel", "clock"), ("ui", "forms"), ("config", "urls")):
        (tmp_path / "citygrid" / module).mkdir()
        (tmp_path / "citygrid" / module / "__init__.py").touch()
        (tmp_path / "citygrid" / module / f"{name}.py").touch()
    (tmp_path / "citygrid" / "__init__.py").touch()
    for allowed in [line for one in contract()["contracts"] for line in one.get("ignore_imports", [])]:
        importer, imported = allowed.split(" -> ")
        with (tmp_path / f"{importer.replace('.', '/')}.py").open("a") as file:
            file.write(f"import {imported}\n")
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "import_contracts.py").write_text((ROOT / "tools/import_contracts.py").read_text())
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    return tmp_path


def lint(folder: Path) -> tuple[int, str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env={"PYTHONPATH": "."})
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def write(folder: Path, breakages: dict[str, tuple[str, str]]) -> None:
    for name, (line, _) in breakages.items():
        (folder / "citygrid" / name).write_text(f"{line}\n")


def test_contracts_hold_on_stubs_that_keep_to_them(stubs: Path) -> None:
    allowed = {
        "intake/services.py": ("from citygrid.cases import events, services", ""),
        "cases/web/views.py": ("from citygrid.kernel import clock", ""),
        "config/urls.py": ("import citygrid.access.web.views", ""),
    }
    write(stubs, allowed)
    status, report = lint(stubs)
    assert status == 0, report


def test_every_deliberate_breakage_is_caught_and_named(stubs: Path) -> None:
    write(stubs, BREAKAGES)
    status, report = lint(stubs)
    assert status == 1
    assert {name: words for name, (_, words) in BREAKAGES.items() if words not in report} == {}, report


def test_unknown_module_and_file_outside_the_vocabulary_are_caught(stubs: Path) -> None:
    for name in STRANGERS:
        (stubs / name).parent.mkdir(exist_ok=True)
        (stubs / name).touch()
    status, report = lint(stubs)
    assert status == 1
    assert [name for name in STRANGERS.values() if name not in report] == [], report
